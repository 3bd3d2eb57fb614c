// Names that the chart, the operator and the tests share. Changing a name breaks existing installations.

export const GROUP = 'intro-otel.dev';
export const API_VERSION = `${GROUP}/v1alpha1`;

export const LABELS = {
  workshop: `${GROUP}/workshop`,
  seat: `${GROUP}/seat`,
  attendee: `${GROUP}/attendee`,
  /** Label of a Workshop. Its value names the faults that are active in every lab of the class. */
  faults: `${GROUP}/faults`,
  managedBy: 'app.kubernetes.io/managed-by',
  partOf: 'app.kubernetes.io/part-of',
  component: 'app.kubernetes.io/component',
} as const;

/**
 * Annotation of a Workshop that confirms the deletion of its seats at its end. Its value must be that of
 * spec.schedule.expiresAt.
 */
export const CONFIRM_DELETION = `${GROUP}/confirm-deletion`;

/**
 * Annotation of the ConfigMap with the active faults of a lab. The value `class` means that the Workshop chooses these
 * faults.
 */
export const FAULTS_OF = `${GROUP}/faults-of`;

/**
 * Value of the label app.kubernetes.io/managed-by on all objects that the operator creates. The operator ignores other
 * objects of the same kinds: it watches only objects with this label.
 */
export const MANAGED_BY = 'intro-otel';

/**
 * Name under which the operator owns the fields that it applies.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers
 */
export const FIELD_MANAGER = 'intro-otel';

/**
 * Name of the PriorityClass for the pods in seats. The chart creates this PriorityClass. Its pods never displace other
 * pods.
 */
export const PRIORITY_CLASS = 'intro-otel-seat';

/** Release name of the lab in every seat's namespace. So the Services are called lab-guide, lab-jaeger and so on. */
export const RELEASE = 'lab';

/** Annotation of the guide's pods in a seat: the uid of the Seat, to which the guide binds its signatures. */
export const SEAT_UID = `${GROUP}/seat-uid`;

/** Annotation of the guide's pods in a seat: what the pages call the attendee. */
export const DISPLAY_NAME = `${GROUP}/display-name`;

/** Path of the guide at which `?key=TOKEN` logs in. */
export const LOGIN_PATH = '/login';

/** Names that the portal shares with the operator, the chart and the guides. */
export const PORTAL = {
  /** Value of the label app.kubernetes.io/component on the portal's pods. Its Deployment is `<release>-portal`. */
  component: 'portal',
  /** Header with the portal's signed token, on each request from the portal to a guide. See portal-token.ts. */
  header: 'x-intro-otel-portal',
  /** Value of the same header on a guide's answer 401 to a token that is not valid for it. */
  refused: 'refused',
  /** Headers that a guide believes only beside a valid token: where the browser sees the guide. */
  forwarded: { prefix: 'x-forwarded-prefix', host: 'x-forwarded-host', proto: 'x-forwarded-proto' },
  /** Path of the portal below which `<seat>/` is the guide of that seat. */
  seats: '/s/',
  /** Path of the portal that joins the class whose code follows it. */
  join: '/join/',
  /** Path of the portal at which a person enters the three words of an own seat. */
  key: '/key',
  /** Name of the portal's cookie. */
  cookie: 'intro-otel-seat',
  /** Characters of a class code, without those that look alike, and the number of characters. */
  code: { alphabet: '23456789abcdefghjkmnpqrstuvwxyz', length: 6 },
  /** Folder in which the portal finds the Secret `<release>-portal`. */
  secretDir: '/etc/intro-otel/portal',
  /**
   * Keys of the Secret `<release>-portal`: `signing` is an Ed25519 private key as PKCS#8 PEM; `cookie` and `people` are
   * 32 bytes each as base64url. A rotation leaves `people`, because the three words of each person depend on it.
   */
  secretKeys: { signing: 'signing', cookie: 'cookie', people: 'people' },
  /** ConfigMap in each seat's namespace whose key `public.pem` has the public part of `signing` as SPKI PEM. */
  configMap: `${RELEASE}-portal`,
  publicKey: 'public.pem',
  /**
   * Folder in which the guide of a seat finds the public key. It is beside the folder with the guide's own keys, which
   * is mounted read-only, so nothing can be mounted in it.
   */
  publicKeyDir: '/etc/intro-otel-portal',
  /**
   * ConfigMaps with the answers to polls, in the portal's namespace. Each is called
   * `<release>-poll-<workshop>.<poll id>`. Both are DNS labels, so the dot keeps the polls of two classes apart.
   */
  polls: { name: 'poll', component: 'portal-poll' },
} as const;

/** Names that the board shares with the operator and the chart. */
export const BOARD = {
  /** Value of the label app.kubernetes.io/component on the board's Service and Secret, `<release>-board`. */
  component: 'board',
  /** Folder in which the portal finds the Secret `<release>-board`. */
  secretDir: '/etc/intro-otel/board',
  /** Key of the Secret with the instructor key, which is 32 random bytes as base64url. To rotate it, remove it. */
  key: 'key',
  /** The ConfigMap with the sessions that were logged out is `<release>-<this>`. */
  sessions: 'board-sessions',
  /** Characters that an instructor key has at least, if somebody sets another one. */
  shortestKey: 24,
} as const;

/** Names of the terminal on the guide's page of a seat. The guide creates its pod, and nobody else can. */
export const TERMINAL = {
  /** Value of the label app.kubernetes.io/component on the terminal's pod. */
  component: 'terminal',
  /** Name of the pod, of which a seat has at most one. */
  pod: `${RELEASE}-terminal`,
  /** Name of the pod's container. */
  container: 'terminal',
  /** Folder in which a shell starts. It is writable. */
  folder: '/work',
  /** Labels of the pod. The NetworkPolicy that lets it reach the API server selects by them, and no Service does. */
  labels: {
    'app.kubernetes.io/name': 'intro-otel',
    'app.kubernetes.io/instance': RELEASE,
    'app.kubernetes.io/component': 'terminal',
    'app.kubernetes.io/part-of': 'intro-otel',
  },
} as const;

/** Name of the Collector's exporter to Jaeger. The lab's pipelines, the course and the documentation use it. */
export const JAEGER_EXPORTER = 'otlp_http/jaeger';

/**
 * The same exporter under the type's name from before Collector 0.144. The Collector does not start if a pipeline names
 * an exporter that nothing defines, so files with the old name need this one.
 */
export const OLD_JAEGER_EXPORTER = 'otlphttp/jaeger';

/** Name of the Collector's exporter that sends metrics and logs to the guide. */
export const GUIDE_EXPORTER = 'otlp_http/guide';

/** Name of the Collector's exporter that sends metrics to Prometheus, if the lab has one. */
export const PROMETHEUS_EXPORTER = 'otlp_http/prometheus';

/**
 * Name of the connector that makes request, error and latency metrics from spans. A learner may define the connector
 * `spanmetrics`, whose settings would be merged with those of a connector of the same name.
 */
export const SPAN_METRICS = 'spanmetrics/red';

/** Names of the metrics that the connector makes. A learner's own connector `spanmetrics` uses other names. */
export const RED_METRICS = { calls: 'red.calls', duration: 'red.duration' } as const;

/** Name of the connector that makes the same metrics by names of spans, and of its metrics. Jaeger reads them. */
export const MONITOR_CONNECTOR = 'spanmetrics/monitor';
export const MONITOR_METRICS = { calls: 'monitor.calls', duration: 'monitor.duration' } as const;

/** Name of the instrumentation scope of the spans, the metric and the log record with which the guide tests the way. */
export const PROBE_SCOPE = 'intro-otel.why';

/** ClusterRoles that the chart creates. The operator binds them in seats, and may bind no others. */
export const ROLES = {
  /** ClusterRole with the operator's permissions in a seat's namespace. */
  operator: 'intro-otel-seat-operator',
  attendee: 'intro-otel-seat-attendee',
  collector: 'intro-otel-seat-collector',
  guide: 'intro-otel-seat-guide',
  /** ClusterRole with the portal's permissions in a seat's namespace: to find the guide's own pod. */
  portal: 'intro-otel-seat-portal',
  /** ClusterRole with the guide's further permissions in a seat with a terminal: create its pod, and exec there. */
  terminal: 'intro-otel-seat-terminal',
} as const;

/** Names of objects in a seat's namespace. */
export const NAMES = {
  /** The attendee's ServiceAccount and RoleBinding. */
  attendee: 'attendee',
  /**
   * Secret with the attendee's kubeconfig under the key `config`. If people reach the guide without port-forward, its
   * key `link` has the link that logs them in.
   */
  kubeconfig: 'kubeconfig',
  /** Secret with the guide's signing key under the key `key`, and its login token under the key `token`. */
  guideKey: `${RELEASE}-guide-key`,
  /**
   * ConfigMap to which the guide writes `steps` (JSON, each passed step with a signature, each other one with its last
   * failed check), `passed` and `total` (numbers as text), `lastActivity` (RFC 3339) and `sidecars` (names of
   * containers that the lab doesn't define).
   */
  progress: `${RELEASE}-progress`,
  /** ConfigMap with the learner's own files, which OWN lists. */
  dice: `${RELEASE}-dice`,
  /** ConfigMap whose key `faults` lists the active faults, separated by commas. */
  faults: `${RELEASE}-faults`,
  /** The seat's ResourceQuota and LimitRange. */
  quota: 'seat',
  /** The ResourceQuota that allows no pods of the cluster's own priority classes. */
  criticalQuota: 'seat-critical',
  /** Start of the names of the isolation test's pods. */
  probe: 'isolation-probe',
} as const;

/**
 * The learner's own files. Each file is a key of the dice's ConfigMap. Two annotations, `given` and `started`, hold a
 * SHA-256 of each file.
 * - `given` is on the ConfigMap and has the hash of the file before any edit. It shows whether the learner has edited
 *   the file.
 * - `started` is on the pods that use the file and has the hash of the file when the pods started.
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
