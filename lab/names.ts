// Names that the chart, the operator and the tests share. Others rely on them: a change breaks what is installed.

export const GROUP = 'intro-otel.dev';
export const API_VERSION = `${GROUP}/v1alpha1`;

export const LABELS = {
  workshop: `${GROUP}/workshop`,
  seat: `${GROUP}/seat`,
  attendee: `${GROUP}/attendee`,
  /** On a Workshop: faults that are on in every lab of the class. */
  faults: `${GROUP}/faults`,
  managedBy: 'app.kubernetes.io/managed-by',
  partOf: 'app.kubernetes.io/part-of',
  component: 'app.kubernetes.io/component',
} as const;

/** An annotation of the ConfigMap of the faults: `class` where a label of the Workshop says which are on, and the lab does not. */
export const FAULTS_OF = `${GROUP}/faults-of`;

/** The value of app.kubernetes.io/managed-by on all that the operator makes; also what its watches select by. */
export const MANAGED_BY = 'intro-otel';

/** The release name of the lab in every seat's namespace: its Services are lab-guide, lab-jaeger, … */
export const RELEASE = 'lab';

/** Names of the cluster roles that the chart makes and the operator binds, and no others. */
export const ROLES = {
  /** The operator, in a seat's namespace. */
  operator: 'intro-otel-seat-operator',
  attendee: 'intro-otel-seat-attendee',
  collector: 'intro-otel-seat-collector',
  guide: 'intro-otel-seat-guide',
} as const;

/** Objects of a seat's namespace that others refer to by name. */
export const NAMES = {
  /** ServiceAccount and RoleBinding of the attendee. */
  attendee: 'attendee',
  /** Secret with the attendee's kubeconfig under the key `config`. */
  kubeconfig: 'kubeconfig',
  /** ConfigMap that the course writes: `passed`, `total` (numbers as text) and `lastActivity` (RFC 3339). */
  progress: `${RELEASE}-progress`,
  /** ConfigMap with what is the attendee's own: see OWN. */
  dice: `${RELEASE}-dice`,
  /** ConfigMap that says under the key `faults` which are on: names with commas between. */
  faults: `${RELEASE}-faults`,
  /** ResourceQuota and LimitRange. */
  quota: 'seat',
} as const;

/**
 * The files that are the learner's own, keys of the dice's ConfigMap. Two annotations go with each: on that ConfigMap the SHA-256 of the text
 * that was given, which a learner's edit is told from, and on the pods that use it the one of the text they were started with.
 */
export const OWN = [
  { file: 'app.ts', component: 'dice', given: `${GROUP}/given-sha256`, started: `${GROUP}/config-sha256` },
  {
    file: 'settings.env',
    component: 'dice',
    given: `${GROUP}/given-settings-sha256`,
    started: `${GROUP}/settings-sha256`,
  },
  {
    file: 'collector.yaml',
    component: 'collector',
    given: `${GROUP}/given-collector-sha256`,
    started: `${GROUP}/own-sha256`,
  },
] as const;

export type OwnFile = (typeof OWN)[number]['file'];
