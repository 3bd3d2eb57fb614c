// The guide: the web server that shows the course, the apps and Jaeger under one URL.
import { Construct } from 'constructs';
import { DISPLAY_NAME, PORTAL, SEAT_UID, TERMINAL } from '../../lab/names.ts';
import { PORTS } from '../../lab/ports.ts';
import { servicesBehindGuide, urlVariable } from '../../lab/services.ts';
import { Account } from './account.ts';
import { App, appUrl, backends } from './app.ts';
import { metadata, nameOf, selectorLabels, serviceUrl } from './lab.ts';
import type { LabProps } from './lab.ts';
import { configMap, secret, service } from './manifest.ts';
import type { Container, PolicyRule } from './manifest.ts';
import { prometheusUrl } from './prometheus.ts';
import type { Given } from './value.ts';
import { container, fromPod, imageOf } from './workload.ts';
import type { MountedVolume } from './workload.ts';

const COMPONENT = 'guide';

/**
 * Name of the Service at which the guide receives metrics and logs from the Collector. It is a Service of its own, so
 * that a node port or a load balancer of the guide never leads to it.
 */
export const GUIDE_OTLP = 'guide-otlp';

const BEHIND_GUIDE = servicesBehindGuide(['flask']);

/**
 * Names of the guide's objects: ConfigMaps for the learner's progress and for the active faults, and the Secret with
 * the key that signs progress and the login token.
 */
const [PROGRESS, FAULTS, KEY] = ['progress', 'faults', 'guide-key'] as const;

/** Paths of the files with the key that signs progress, and with the token that lets people in. */
const [KEY_FILE, TOKEN_FILE] = ['/etc/intro-otel/key', '/etc/intro-otel/token'] as const;

/**
 * Returns the guide's permissions: edit files, progress and faults, restart the dice and the Collector, and read pods
 * and logs.
 */
export const guideRules = (release: string): PolicyRule[] => [
  {
    apiGroups: [''],
    resources: ['configmaps'],
    verbs: ['get', 'patch'],
    resourceNames: ['dice', PROGRESS, FAULTS].map((name) => `${release}-${name}`),
  },
  { apiGroups: [''], resources: ['configmaps'], verbs: ['watch'], resourceNames: [`${release}-${FAULTS}`] },
  { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'patch'], resourceNames: [`${release}-${KEY}`] },
  {
    apiGroups: ['apps'],
    resources: ['deployments'],
    verbs: ['get', 'patch'],
    resourceNames: ['dice', 'collector'].map((name) => `${release}-${name}`),
  },
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
];

const KEYS: MountedVolume = {
  volume: { name: 'key', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
  path: '/etc/intro-otel',
};

/** Returns the volume with the portal's public key. It is empty while there is no portal. */
const portalKey = ({ portalKey: name }: LabProps): MountedVolume[] =>
  name === undefined
    ? []
    : [{ volume: { name: 'portal', configMap: { name, optional: true } }, path: PORTAL.publicKeyDir }];

/** Returns the init container of the guide, which reads the lab's key and token, or creates them. */
const keyMaker = (lab: LabProps): Container => {
  const base = container(lab, 'key', {
    image: lab.values.image,
    resources: lab.values.guide.resources,
    ports: {},
    command: ['node', '/app/key.js'],
    env: [
      fromPod('POD_NAMESPACE', 'metadata.namespace'),
      { name: 'RELEASE', value: lab.release },
      { name: 'KEY_FILE', value: KEY_FILE },
      { name: 'TOKEN_FILE', value: TOKEN_FILE },
    ],
  });
  return { ...base, volumeMounts: [...base.volumeMounts, { name: 'key', mountPath: '/etc/intro-otel' }] };
};

/**
 * Returns the guide's permissions for the terminal in a seat. RBAC can't limit the creation of pods to a name, so an
 * admission policy does (see ../operator/admission-pods.ts). A WebSocket to exec is a GET, and later also needs create.
 */
export const TERMINAL_RULES: PolicyRule[] = [
  { apiGroups: [''], resources: ['pods'], verbs: ['create'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['delete'], resourceNames: [TERMINAL.pod] },
  { apiGroups: [''], resources: ['pods/exec'], verbs: ['get', 'create'], resourceNames: [TERMINAL.pod] },
];

/** Returns what a seat's guide needs to create the terminal's pod. A lab outside a class has no terminal. */
const terminalEnv = ({ clusterRoles, compute, values: { terminal } }: LabProps): Record<string, Given<string>> =>
  clusterRoles === undefined
    ? {}
    : {
        TERMINAL_ENABLED: compute.json(terminal.enabled),
        TERMINAL_IMAGE: imageOf(terminal.image),
        TERMINAL_RESOURCES: compute.json(terminal.resources),
      };

export class Guide extends Construct {
  constructor(scope: Construct, id: string, lab: LabProps) {
    super(scope, id);
    const { guide: values } = lab.values;
    new Account(this, 'account', lab, { component: COMPONENT, rules: guideRules(lab.release) });
    // These objects have no data, so that applying the lab again never removes the data that the guide writes.
    for (const name of [PROGRESS, FAULTS])
      configMap(this, name, { metadata: metadata(lab, COMPONENT, { name: nameOf(lab, name) }) });
    secret(this, 'key', { metadata: metadata(lab, COMPONENT, { name: nameOf(lab, KEY) }), type: 'Opaque' });
    new App(this, 'app', lab, {
      component: COMPONENT,
      values,
      env: {
        ...backends(lab),
        ...Object.fromEntries(BEHIND_GUIDE.map((name) => [urlVariable(name), appUrl(lab, name)])),
        FLASK_ENABLED: lab.compute.json(lab.values.flask.enabled),
        JAEGER_MAX_TRACES: lab.compute.decimal(lab.values.jaeger.maxTraces),
        RELEASE: lab.release,
        OTLP_PORT: String(PORTS.otlpHttp),
        COLLECTOR_METRICS_URL: `${serviceUrl(lab, 'collector', PORTS.collectorMetrics)}/metrics`,
        // The API server omits empty variables, so none of these is ever empty.
        PROMETHEUS_ENABLED: lab.compute.json(lab.values.prometheus.enabled),
        PROMETHEUS_URL: prometheusUrl(lab),
        ...terminalEnv(lab),
      },
      ports: { 'otlp-http': PORTS.otlpHttp },
      fromPod: {
        POD_NAMESPACE: 'metadata.namespace',
        SEAT_UID: `metadata.annotations['${SEAT_UID}']`,
        DISPLAY_NAME: `metadata.annotations['${DISPLAY_NAME}']`,
      },
      serviceAccount: nameOf(lab, COMPONENT),
      initContainers: [keyMaker(lab)],
      volumes: [KEYS, ...portalKey(lab)],
    });
    guideServices(this, lab);
  }
}

/** Adds the guide's Services: the one for people, and the one for telemetry. */
function guideServices(scope: Construct, lab: LabProps): void {
  const { type, port, nodePort } = lab.values.guide.service;
  const selector = selectorLabels(lab, COMPONENT);
  const onNode = lab.compute.nodePort({ type, nodePort });
  service(scope, 'service', {
    metadata: metadata(lab, COMPONENT),
    spec: {
      type,
      selector,
      ports: [{ name: 'http', port, targetPort: 'http', ...(onNode !== undefined && { nodePort: onNode }) }],
    },
  });
  service(scope, 'otlp', {
    metadata: metadata(lab, COMPONENT, { name: nameOf(lab, GUIDE_OTLP) }),
    spec: { selector, ports: [{ name: 'otlp-http', port: PORTS.otlpHttp, targetPort: 'otlp-http' }] },
  });
}
