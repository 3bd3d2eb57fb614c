// The rules for pods that an account of a seat creates. They cover what the Pod Security Standard "restricted" allows
// although it reaches beyond the attendee's own pods: Secrets, accounts, names, priority and tolerations. Their labels
// are in admission-labels.ts.
// https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
import { NAMES, PRIORITY_CLASS, RELEASE, TERMINAL } from '../../lab/names.ts';
import type { Policy, Validation } from './admission-policy.ts';
import { list, listAt, mapAt } from './cel.ts';

/** The pod fields that an attendee may set. A field that is missing here, or new in the API, is refused. */
const SPEC_FIELDS = [
  ...['containers', 'initContainers', 'volumes', 'restartPolicy', 'terminationGracePeriodSeconds'],
  ...['activeDeadlineSeconds', 'dnsPolicy', 'dnsConfig', 'hostAliases', 'hostname', 'enableServiceLinks'],
  ...['serviceAccountName', 'serviceAccount', 'automountServiceAccountToken', 'imagePullSecrets', 'securityContext'],
  ...['hostUsers', 'shareProcessNamespace', 'nodeSelector', 'affinity', 'tolerations', 'topologySpreadConstraints'],
  ...['schedulerName', 'priority', 'priorityClassName', 'preemptionPolicy'],
];

/** Longest time that a pod may take to end, in seconds. A namespace can't go before its last pod. */
const MAX_GRACE = 30;

/** Lifetime of the token that Kubernetes mounts in every pod, in seconds. */
const TOKEN_SECONDS = 3607;

const VOLUMES = ['name', 'emptyDir', 'configMap', 'downwardAPI', 'projected'];
const SOURCES = ['configMap', 'downwardAPI', 'serviceAccountToken'];
const RESOURCES = ['cpu', 'memory', 'ephemeral-storage'];
const HOOKS = ['postStart', 'preStop'];
const PROBES = ['startupProbe', 'readinessProbe', 'livenessProbe'];
/** Taints of nodes that Kubernetes itself makes pods tolerate. */
const NODE_TAINTS = ['not-ready', 'unreachable', 'memory-pressure'].map((taint) => `node.kubernetes.io/${taint}`);

/** Whether a request comes from the guide of the seat. */
const IS_GUIDE = `request.userInfo.username == 'system:serviceaccount:' + request.namespace + ':${RELEASE}-guide'`;

/** Whether a request creates the pod of the terminal. Only the guide can, and it can create no other pod. */
export const IS_TERMINAL = `(${IS_GUIDE} && object.metadata.name == '${TERMINAL.pod}')`;

const ours = [`${RELEASE}-`, NAMES.probe];
const isOurs = (name: string): string => ours.map((prefix) => `${name}.startsWith('${prefix}')`).join(' || ');
const probes = `variables.containers.map(c, ${list(PROBES)}.filter(k, k in c).map(k, c[k]))`;
const hooks =
  `variables.containers.filter(c, 'lifecycle' in c).map(c, ${list(HOOKS)}.filter(k, k in c.lifecycle)` +
  `.map(k, c.lifecycle[k]))`;
const sources = `variables.volumes.filter(v, 'projected' in v && 'sources' in v.projected).map(v, v.projected.sources)`;
const environment = `variables.containers.filter(c, 'env' in c).map(c, c.env)`;
const fromEnvironment = `variables.containers.filter(c, 'envFrom' in c).map(c, c.envFrom)`;
const amounts =
  `variables.containers.map(c, ['requests', 'limits'].filter(k, 'resources' in c && k in c.resources)` +
  `.map(k, c.resources[k]))`;
const noHost = (handlers: string): string =>
  `${handlers}.all(some, some.all(h, ['httpGet', 'tcpSocket'].all(k, !(k in h) || !('host' in h[k]) || ` +
  `h[k].host == '')))`;
const endsInTime = (holder: string): string =>
  `!('terminationGracePeriodSeconds' in ${holder}) || ${holder}.terminationGracePeriodSeconds <= ${MAX_GRACE}`;
const toleratesTooMuch =
  `!('key' in t) || t.key == '' || t.key.startsWith('node-role.kubernetes.io/') || ` +
  `t.key.startsWith('node.cloudprovider.kubernetes.io/') || ` +
  `(t.key.startsWith('node.kubernetes.io/') && !(t.key in ${list(NODE_TAINTS)}))`;

const validations: readonly Validation[] = [
  {
    expression: `!has(object.metadata.finalizers) && !has(object.metadata.ownerReferences)`,
    message:
      'Expected a pod without finalizers and ownerReferences, found some. They would keep the seat from being ' +
      'deleted. Remove metadata.finalizers and metadata.ownerReferences.',
  },
  {
    expression: `!(${IS_GUIDE}) || ${IS_TERMINAL}`,
    messageExpression: `'Expected the pod ${TERMINAL.pod} of the guide, found ' + object.metadata.name + '.'`,
  },
  {
    expression:
      `${IS_TERMINAL} || !(${isOurs('object.metadata.name')}) && ` +
      `!(has(object.metadata.generateName) && (${isOurs('object.metadata.generateName')}))`,
    messageExpression:
      `'Expected a pod name that does not start with ${ours.join(' or ')}, found ' + object.metadata.name + '. ` +
      `These names are for the lab. Choose another name.'`,
  },
  {
    expression:
      `${IS_TERMINAL} || !has(object.spec.serviceAccountName) || ` + `object.spec.serviceAccountName == 'default'`,
    messageExpression:
      `'Expected the ServiceAccount default, found ' + object.spec.serviceAccountName + '. The other accounts are ` +
      `for the lab. Remove spec.serviceAccountName.'`,
  },
  {
    expression:
      `!${IS_TERMINAL} || (has(object.spec.serviceAccountName) && ` +
      `object.spec.serviceAccountName == '${NAMES.attendee}')`,
    message:
      `Expected the ServiceAccount ${NAMES.attendee} in the terminal, found another. A terminal has the rights of ` +
      'the attendee, and no others.',
  },
  {
    expression: 'variables.foreign.size() == 0',
    messageExpression:
      `'Expected a pod with fields that attendees may set, found spec.' + variables.foreign.join(', spec.') + ` +
      `'. Remove these fields.'`,
  },
  {
    expression: `variables.volumes.all(v, v.all(k, k in ${list(VOLUMES)}))`,
    message:
      'Expected only volumes of the types emptyDir, configMap, downwardAPI and projected, found another type. ' +
      'Remove that volume.',
  },
  {
    expression: `${sources}.all(some, some.all(s, s.all(k, k in ${list(SOURCES)})))`,
    message:
      'Expected only configMap, downwardAPI and serviceAccountToken as sources of projected volumes, found another ' +
      'source. Remove that source.',
  },
  {
    expression:
      `${sources}.all(some, some.all(s, !('serviceAccountToken' in s) || (!('audience' in s.serviceAccountToken) && ` +
      `s.serviceAccountToken.expirationSeconds <= ${TOKEN_SECONDS})))`,
    message:
      `Expected projected tokens without an audience that last at most ${TOKEN_SECONDS} s, found another token. ` +
      'Remove audience and expirationSeconds.',
  },
  {
    expression:
      `${environment}.all(some, some.all(e, !('valueFrom' in e) || e.valueFrom.all(k, k in ['fieldRef', ` +
      `'resourceFieldRef', 'configMapKeyRef']))) && ` +
      `${fromEnvironment}.all(some, some.all(e, e.all(k, k in ['prefix', ` +
      `'configMapRef'])))`,
    message:
      'Expected environment variables from ConfigMaps and pod fields only, found another source, such as a Secret. ' +
      'Remove that variable.',
  },
  {
    expression: `${noHost(probes)} && ${noHost(hooks)}`,
    message:
      'Expected probes and lifecycle hooks that call the pod itself, found a host. The node would send that request ' +
      'past all network policies. Remove the field host.',
  },
  {
    expression: '!has(object.spec.priority) || object.spec.priority <= 0',
    messageExpression:
      `'Expected a priority of at most 0, which the pods of labs have, found ' + string(object.spec.priority) + ` +
      `'. The pod would displace others. Set spec.priorityClassName to ${PRIORITY_CLASS}.'`,
  },
  {
    expression:
      `[${mapAt('object.spec')}].all(s, ${endsInTime('s')}) && ` +
      `${probes}.all(some, some.all(p, ${endsInTime('p')}))`,
    message:
      `Expected a terminationGracePeriodSeconds of at most ${MAX_GRACE}, found more. The pod would keep the seat ` +
      'from being deleted. Set a lower value.',
  },
  {
    expression: `${amounts}.all(some, some.all(a, a.all(k, k in ${list(RESOURCES)})))`,
    message:
      `Expected requests and limits of ${RESOURCES.join(', ')} only, found another resource. The quota of the seat ` +
      'does not count it. Remove that resource.',
  },
  {
    expression: `!has(object.spec.affinity) || ${mapAt('object.spec.affinity')}.all(k, k == 'nodeAffinity')`,
    message:
      'Expected only nodeAffinity in spec.affinity, found affinity to pods. It could keep the pods of other seats ' +
      'off a node. Remove podAffinity and podAntiAffinity.',
  },
  {
    expression: `${listAt('object.spec.tolerations')}.all(t, !(${toleratesTooMuch}))`,
    message:
      'Expected tolerations of the taints of ordinary nodes, found one of all taints, of the control plane or of ' +
      'nodes that are out of service. Remove that toleration.',
  },
];

export const podPolicy: Policy = {
  name: 'intro-otel-seat-pods',
  rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
  variables: [
    { name: 'containers', expression: `${listAt('object.spec.containers')} + ${listAt('object.spec.initContainers')}` },
    { name: 'volumes', expression: listAt('object.spec.volumes') },
    { name: 'foreign', expression: `${mapAt('object.spec')}.filter(k, !(k in ${list(SPEC_FIELDS)}))` },
  ],
  validations,
};
