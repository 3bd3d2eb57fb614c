// Names that the chart, the operator and the tests share. A change breaks what is installed.

export const GROUP = 'intro-otel.dev';
export const API_VERSION = `${GROUP}/v1alpha1`;

export const LABELS = {
  workshop: `${GROUP}/workshop`,
  seat: `${GROUP}/seat`,
  attendee: `${GROUP}/attendee`,
  /** A label of a Workshop: the faults that are on in every lab of the class. */
  faults: `${GROUP}/faults`,
  managedBy: 'app.kubernetes.io/managed-by',
  partOf: 'app.kubernetes.io/part-of',
  component: 'app.kubernetes.io/component',
} as const;

/** An annotation of the ConfigMap of the faults. `class` means that the Workshop sets them, and not the lab. */
export const FAULTS_OF = `${GROUP}/faults-of`;

/** The value of app.kubernetes.io/managed-by on all objects of the operator. Its watches select by it. */
export const MANAGED_BY = 'intro-otel';

/** The release name of the lab in every seat's namespace: its Services are lab-guide, lab-jaeger, … */
export const RELEASE = 'lab';

/** The cluster roles that the chart creates and the operator binds. It binds no others. */
export const ROLES = {
  /** The operator, in a seat's namespace. */
  operator: 'intro-otel-seat-operator',
  attendee: 'intro-otel-seat-attendee',
  collector: 'intro-otel-seat-collector',
  guide: 'intro-otel-seat-guide',
} as const;

/** Objects in a seat's namespace that others refer to by name. */
export const NAMES = {
  /** ServiceAccount and RoleBinding of the attendee. */
  attendee: 'attendee',
  /** Secret with the attendee's kubeconfig under the key `config`. */
  kubeconfig: 'kubeconfig',
  /** ConfigMap that the course writes: `passed`, `total` (numbers as text) and `lastActivity` (RFC 3339). */
  progress: `${RELEASE}-progress`,
  /** ConfigMap with the attendee's own files: see OWN. */
  dice: `${RELEASE}-dice`,
  /** ConfigMap whose key `faults` lists the faults that are on, separated by commas. */
  faults: `${RELEASE}-faults`,
  /** ResourceQuota and LimitRange. */
  quota: 'seat',
} as const;

/**
 * The learner's own files, keys of the dice's ConfigMap. Each has two annotations. `given`, on that ConfigMap, is the
 * SHA-256 of the original text, which shows whether the learner has edited it. `started`, on the pods that use the
 * file, is the SHA-256 of the text they started with.
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
