// The portal: people join a class in the browser, and reach the guides of their seats through it. It keeps its state in
// the API server, so several pods of it may run.
import type { V1IngressSpec } from '@kubernetes/client-node';
import { JsonPatch } from 'cdk8s';
import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { BOARD, PORTAL } from '../../lab/names.ts';
import { PORTS } from '../../lab/ports.ts';
import { App } from '../lab/app.ts';
import type { Component } from '../lab/components.ts';
import { metadata, nameOf, selectorLabels } from '../lab/lab.ts';
import { clusterRole, clusterRoleBinding, configMap, kind, secret, service, serviceAccount } from '../lab/manifest.ts';
import type { Volume } from '../lab/manifest.ts';
import type { Given, Value, Values } from '../lab/value.ts';
import { AdmissionPolicy } from './admission-policy.ts';
import { portalPolicies, portalScope } from './admission-portal.ts';
import { metadataElsewhere, NO_NAMES } from './props.ts';
import { NamespaceRole } from './roles.ts';
import type { OperatorProps } from './props.ts';
import type { ChartValues } from './values.ts';
import { PORTAL_EVENT_RULES, PORTAL_NAMESPACE_RULES, PORTAL_RULES, portalSecretRules } from './rbac.ts';

const { component } = PORTAL;
const CLUSTER_ROLE = `intro-otel-${component}`;
const apiGroup = 'rbac.authorization.k8s.io';

/** Whether this release runs the portal. */
export const hasPortal = ({ compute, values: { operator, portal } }: OperatorProps): Value<boolean> =>
  compute.all(portal.enabled, compute.operates(operator.enabled));

/** The portal's account, what it may do, and what the operator may do for it. */
class Accounts extends Construct {
  constructor(scope: Construct, id: string, lab: OperatorProps) {
    super(scope, id);
    const inCluster = metadataElsewhere(lab, component, CLUSTER_ROLE);
    serviceAccount(this, 'account', { metadata: metadata(lab, component), automountServiceAccountToken: false });
    clusterRole(this, 'role', { metadata: inCluster, rules: PORTAL_RULES });
    clusterRoleBinding(this, 'binding', {
      metadata: inCluster,
      roleRef: { apiGroup, kind: 'ClusterRole', name: CLUSTER_ROLE },
      subjects: [{ kind: 'ServiceAccount', name: nameOf(lab, component), namespace: lab.namespace }],
    });
    // The operator fills the Secrets. The portal reads them as files, and may read no Secret by the API.
    new NamespaceRole(this, 'keys', lab, {
      metadata: metadata(lab, component, { name: `${nameOf(lab, component)}-keys` }),
      rules: portalSecretRules([component, BOARD.component].map((name) => nameOf(lab, name))),
    });
    new NamespaceRole(this, 'polls', lab, {
      account: component,
      metadata: metadata(lab, component, { name: `${nameOf(lab, component)}-polls` }),
      rules: PORTAL_NAMESPACE_RULES,
    });
    new NamespaceRole(this, 'events', lab, {
      account: component,
      metadata: metadataElsewhere(lab, component, `${CLUSTER_ROLE}-events`, 'default'),
      rules: PORTAL_EVENT_RULES,
    });
    for (const policy of portalPolicies(lab)) new AdmissionPolicy(this, lab, policy, portalScope(lab));
  }
}

/**
 * The image's young generation of 1 MiB suits programs that are mostly idle. The portal passes on all requests of a
 * class. With 1 MiB it needs a quarter more processor time for each. With 8 MiB it needs no less than with 4, and some
 * 8 MiB more memory.
 */
const NODE_OPTIONS = '--max-semi-space-size=4';

/** Returns a volume with keys. It names them, so that the pod starts only once the operator has made them all. */
const keyVolume = (name: string, secretName: string, keys: readonly string[]): Volume => ({
  name,
  secret: { secretName, items: keys.map((key) => ({ key, path: key })) },
});

/** Creates the Service of one of the portal's ports. */
function pageServiceOf(
  scope: Construct,
  lab: OperatorProps,
  name: string,
  { values, targetPort }: { readonly values: Values<ChartValues['portal']['service']>; readonly targetPort: string },
): void {
  const { type, port, nodePort } = values;
  const onNode = lab.compute.nodePort({ type, nodePort });
  service(scope, 'service', {
    metadata: metadata(lab, name),
    spec: {
      type,
      selector: selectorLabels(lab, component),
      ports: [{ name: 'http', port, targetPort, ...(onNode !== undefined && { nodePort: onNode }) }],
    },
  });
}

class Portal extends Construct {
  constructor(scope: Construct, id: string, lab: OperatorProps) {
    super(scope, id);
    const { portal: values } = lab.values;
    const [own, board] = [nameOf(lab, component), nameOf(lab, BOARD.component)];
    // It has no data, so that applying the release again never removes the keys that the operator makes.
    secret(this, 'keys', { metadata: metadata(lab, component), type: 'Opaque' });
    new App(this, 'app', lab, {
      component,
      values,
      replicas: values.replicas,
      env: {
        INSTRUMENTATION: 'manual',
        ...NO_NAMES,
        PORTAL_URL: values.url,
        PORTAL_SUBDOMAINS: lab.compute.choose(values.subdomains, 'true', 'false'),
        PORTAL_POLLS: nameOf(lab, PORTAL.polls.name),
        PORTAL_PORT: lab.compute.decimal(values.service.port),
        BOARD_PORT: String(PORTS.board),
        BOARD_URL: values.boardUrl,
        BOARD_SESSIONS: nameOf(lab, BOARD.sessions),
        NODE_OPTIONS,
      },
      fromPod: { POD_NAMESPACE: 'metadata.namespace' },
      ports: { board: PORTS.board },
      serviceAccount: own,
      volumes: [
        { volume: keyVolume('keys', own, Object.values(PORTAL.secretKeys)), path: PORTAL.secretDir },
        { volume: keyVolume('board', board, [BOARD.key]), path: BOARD.secretDir },
      ],
    });
    pageServiceOf(this, lab, component, { values: values.service, targetPort: 'http' });
  }
}

/** What the board has of its own: a Service, so that it need not be where people join, and the instructor key. */
class Board extends Construct {
  constructor(scope: Construct, id: string, lab: OperatorProps) {
    super(scope, id);
    // Neither has data, as the portal's own Secret. The portal writes down which sessions were logged out.
    secret(this, 'key', { metadata: metadata(lab, BOARD.component), type: 'Opaque' });
    configMap(this, 'sessions', { metadata: metadata(lab, BOARD.component, { name: nameOf(lab, BOARD.sessions) }) });
    pageServiceOf(this, lab, BOARD.component, { values: lab.values.portal.boardService, targetPort: 'board' });
  }
}

/** Adds annotations even if there are none, as the chart does. The constructor would omit empty annotations. */
const annotate = (object: ApiObject, annotations: Given<Readonly<Record<string, string>>>): void =>
  object.addJsonPatch(JsonPatch.add('/metadata/annotations', annotations));

const ingress = kind<{ readonly spec: Omit<V1IngressSpec, 'tls'> & Pick<ChartValues['portal']['ingress'], 'tls'> }>(
  'networking.k8s.io/v1',
  'Ingress',
);

type IngressValues = ChartValues['portal']['ingress'];

/** Adds an Ingress to a Service of the portal's pods, for one host. */
function addIngress(
  scope: Construct,
  lab: OperatorProps,
  { className, annotations, tls }: Values<IngressValues>,
  { host, to, name = to }: { readonly host: string; readonly to: string; readonly name?: string },
): void {
  const ingressClassName = lab.compute.unlessEmpty(className);
  const backend = { service: { name: nameOf(lab, to), port: { name: 'http' } } };
  const object = ingress(scope, 'ingress', {
    metadata: metadata(lab, to, { name: nameOf(lab, name) }),
    spec: {
      rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
      tls,
      ...(ingressClassName !== undefined && { ingressClassName }),
    },
  });
  annotate(object, annotations);
}

class PortalIngress extends Construct {
  constructor(scope: Construct, id: string, lab: OperatorProps) {
    super(scope, id);
    const { ingress: values } = lab.values.portal;
    addIngress(this, lab, values, { host: values.host, to: component });
  }
}

/** The Ingress of the seats' own hosts. It is an object of its own, because it exists only with portal.subdomains. */
class SeatsIngress extends Construct {
  constructor(scope: Construct, id: string, lab: OperatorProps) {
    super(scope, id);
    const { ingress: values } = lab.values.portal;
    addIngress(this, lab, values, { host: `*.${values.host}`, to: component, name: `${component}-seats` });
  }
}

class BoardIngress extends Construct {
  constructor(scope: Construct, id: string, lab: OperatorProps) {
    super(scope, id);
    const { boardIngress: values } = lab.values.portal;
    addIngress(this, lab, values, { host: values.host, to: BOARD.component });
  }
}

type RouteValues = ChartValues['portal']['httpRoute'];

const httpRoute = kind<{
  readonly spec: Pick<RouteValues, 'parentRefs' | 'hostnames'> & {
    readonly rules: readonly { readonly backendRefs: readonly { readonly name: string; readonly port: number }[] }[];
  };
}>('gateway.networking.k8s.io/v1', 'HTTPRoute');

/** Adds a route of the Gateway API to a Service. https://gateway-api.sigs.k8s.io/api-types/httproute/ */
function addRoute(
  scope: Construct,
  lab: OperatorProps,
  { annotations, parentRefs, hostnames }: Values<RouteValues>,
  { to, port }: { readonly to: string; readonly port: Value<number> },
): void {
  const object = httpRoute(scope, 'route', {
    metadata: metadata(lab, to),
    spec: { parentRefs, hostnames, rules: [{ backendRefs: [{ name: nameOf(lab, to), port }] }] },
  });
  annotate(object, annotations);
}

class PortalRoute extends Construct {
  constructor(scope: Construct, id: string, lab: OperatorProps) {
    super(scope, id);
    const { service: own, httpRoute: values } = lab.values.portal;
    addRoute(this, lab, values, { to: component, port: own.port });
  }
}

class BoardRoute extends Construct {
  constructor(scope: Construct, id: string, lab: OperatorProps) {
    super(scope, id);
    const { boardService: own, boardHttpRoute: values } = lab.values.portal;
    addRoute(this, lab, values, { to: BOARD.component, port: own.port });
  }
}

/** The portal's components, in the order of the chart's templates. */
export const portalParts: readonly Component<OperatorProps>[] = [
  { name: 'portal/rbac', construct: Accounts, enabled: hasPortal },
  { name: 'portal/portal', construct: Portal, enabled: hasPortal },
  { name: 'portal/board', construct: Board, enabled: hasPortal },
  {
    name: 'portal/ingress',
    construct: PortalIngress,
    enabled: (lab) => lab.compute.all(lab.values.portal.ingress.enabled, hasPortal(lab)),
  },
  {
    name: 'portal/ingress-seats',
    construct: SeatsIngress,
    enabled: (lab) => lab.compute.all(lab.values.portal.subdomains, lab.values.portal.ingress.enabled, hasPortal(lab)),
  },
  {
    name: 'portal/http-route',
    construct: PortalRoute,
    enabled: (lab) => lab.compute.all(lab.values.portal.httpRoute.enabled, hasPortal(lab)),
  },
  {
    name: 'portal/board-ingress',
    construct: BoardIngress,
    enabled: (lab) => lab.compute.all(lab.values.portal.boardIngress.enabled, hasPortal(lab)),
  },
  {
    name: 'portal/board-http-route',
    construct: BoardRoute,
    enabled: (lab) => lab.compute.all(lab.values.portal.boardHttpRoute.enabled, hasPortal(lab)),
  },
];
