// The description of the lab's values. The chart's values.yaml, values.schema.json and README table are generated from
// it, and so are the TypeScript types that the constructs use.
import { choice, entry, flag, group, integer, list, map, quantity, scalar, settings, text } from './schema/schema.ts';
import type { ValueOf } from './schema/schema.ts';
import { GUIDE_EXPORTER, JAEGER_EXPORTER, OLD_JAEGER_EXPORTER } from '../lab/names.ts';
import { versions } from '../lab/versions.ts';

/** Version of the lab. The chart, the image and the labels on every object state this version. */
export const VERSION = versions.lab;

const image = (what: string, repository: string, tag: string) => ({
  registry: text({
    doc: `Registry of ${what} image.`,
    default: 'docker.io',
    pattern: '^[a-zA-Z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)*$',
  }),
  repository: text({
    doc: `Repository of ${what} image in that registry.`,
    default: repository,
    pattern: '^[a-z0-9._-]+(/[a-z0-9._-]+)*$',
  }),
  tag: text({
    doc: `Tag of ${what} image. A digest may follow it, as in 1.0@sha256:….`,
    default: tag,
    pattern: '^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}(@sha256:[0-9a-f]{64})?$',
  }),
});

const resourceNames = text({
  doc: 'cpu, memory, ephemeral-storage or an extended resource',
  pattern: '^[a-z][a-z0-9./-]*$',
});

export const resources = (what: string, requests: Record<string, string>, limits: Record<string, string>) =>
  group(`CPU and memory of ${what}: requests and limits.`, {
    requests: map({
      doc: 'How much the node reserves for the container.',
      names: resourceNames,
      of: quantity({ doc: 'a quantity, such as 50m or 64Mi' }),
      default: requests,
    }),
    limits: map({
      doc: 'How much the container may use at most.',
      names: resourceNames,
      of: quantity({ doc: 'a quantity' }),
      default: limits,
    }),
  });

/**
 * Describes the environment variables of a container.
 * @param filled names of further variables that a user can't set, because the lab sets them from fields of the pod
 */
export const env = (what: string, filled: readonly string[] = []) =>
  map({
    doc:
      `Environment variables for ${what}. They override the lab's own variables, so you can set any OTEL_* ` +
      `variable here.`,
    names: text({
      doc: 'a name of letters, digits and _, other than those that the lab sets from the pod',
      pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
      except: ['POD_NAME', 'POD_IP', 'POD_IPS', ...filled],
    }),
    of: scalar({ doc: 'text, a number, or true or false' }),
  });

const appResources = (what: string, cpu: string, memory = '32Mi') =>
  resources(what, { cpu, memory }, { memory: '160Mi' });

const telemetryExporter = (signal: string) =>
  text({
    doc:
      `Where the apps' SDK sends ${signal}: otlp (the Collector), console (the pod's log) or none. Separate ` +
      `several with commas.`,
    default: 'otlp',
    pattern: '^(otlp|console|none)(,(otlp|console|none))*$',
  });

const componentNames = text({
  doc: 'a component of the Collector: its type, or type/name',
  pattern: '^[a-zA-Z][0-9a-zA-Z_]{0,62}(/[0-9a-zA-Z_.-]+)?$',
});

const pipeline = (signal: string, exporter: string) =>
  group(`The ${signal} pipeline.`, {
    processors: list({
      doc: `Processors for ${signal}, in order. They run after memory_limiter and k8sattributes, and before batch.`,
      of: componentNames,
    }),
    exporters: list({
      doc:
        `Where the Collector sends ${signal}: names from collector.exporters, or the built-in ` +
        `${JAEGER_EXPORTER}, ${GUIDE_EXPORTER} and debug.`,
      of: componentNames,
      default: [exporter],
    }),
  });

const pipelines = group('The pipeline of each signal.', {
  traces: pipeline('traces', JAEGER_EXPORTER),
  metrics: pipeline('metrics', GUIDE_EXPORTER),
  logs: pipeline('logs', GUIDE_EXPORTER),
});

export const secretName = text({ doc: 'Name of the Secret.', pattern: '^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$' });

const collector = group('The OpenTelemetry Collector, between the apps and the backends.', {
  image: group(
    "The Collector's image.",
    image("the Collector's", 'otel/opentelemetry-collector-contrib', versions.collector),
  ),
  exporters: map({
    doc:
      `Exporters, in the Collector's own syntax. Built in: ${JAEGER_EXPORTER}, ${GUIDE_EXPORTER} (metrics and logs, ` +
      `for the page Explore) and debug. Your settings for these are added to theirs. ` +
      `${OLD_JAEGER_EXPORTER} is the former name of ${JAEGER_EXPORTER}; name only one of them in a ` +
      'pipeline. Exporters of type otlp_http and otlp_grpc get a bounded queue and limited retries, unless they set ' +
      'sending_queue or retry_on_failure.',
    names: componentNames,
    of: settings({ doc: 'settings of the exporter; {} if it needs none' }),
  }),
  processors: map({
    doc:
      "Processors, in the Collector's own syntax. A processor does nothing until a pipeline names it. Built in: " +
      'memory_limiter, ' +
      'k8sattributes and batch, which run in every pipeline. Your settings for these are added to theirs.',
    names: componentNames,
    of: settings({ doc: 'settings of the processor; {} if it needs none' }),
  }),
  pipelines,
  own: text({
    doc:
      'YAML that is merged over the configuration from the values above: maps key by key, lists as a whole. If ' +
      'this is empty, ' +
      "the Collector uses collector.yaml from the dice's ConfigMap, which the learner can edit.",
  }),
  envFrom: list({
    doc:
      "Secrets in the lab's namespace whose keys become environment variables of the Collector, for example: " +
      '- secretRef: {name: second-backend}. An exporter then uses ${env:API_KEY} instead of the key itself. The ' +
      'Collector waits until each Secret exists.',
    of: entry('a Secret', { secretRef: entry('The reference to the Secret.', { name: secretName }, ['name']) }, [
      'secretRef',
    ]),
  }),
  resources: resources('the Collector', { cpu: '20m', memory: '32Mi' }, { memory: '160Mi' }),
});

const jaeger = group('Jaeger, which stores traces in memory and shows them.', {
  image: group("Jaeger's image.", image("Jaeger's", 'jaegertracing/jaeger', versions.jaeger)),
  maxTraces: integer({
    doc: 'How many traces Jaeger keeps. It drops the oldest first.',
    default: 2000,
    minimum: 1,
    maximum: 1_000_000,
  }),
  resources: resources('Jaeger', { cpu: '15m', memory: '56Mi' }, { memory: '256Mi' }),
});

const prometheus = group('Prometheus, which stores metrics. Without it, the guide keeps the newest in its memory.', {
  enabled: flag({
    doc:
      'Whether Prometheus runs. It then gets the metrics too, the page Explore reads its charts from it, and so does ' +
      'the page Monitor of Jaeger. It costs about 60 MiB, and keeps its data as long as its pod lives.',
    default: false,
  }),
  image: group("Prometheus' image.", image("Prometheus'", 'prom/prometheus', `v${versions.prometheus}`)),
  retention: group('How much Prometheus keeps. It deletes the oldest blocks of data, each of two hours, first.', {
    time: text({ doc: 'How long it keeps samples.', default: '4h', pattern: '^[1-9][0-9]{0,4}(m|h|d|w)$' }),
    size: text({ doc: 'How much disk its blocks may use.', default: '128MB', pattern: '^[1-9][0-9]{0,4}(MB|GB)$' }),
  }),
  resources: resources(
    'Prometheus',
    // Some nodes don't say how much disk they have. Without this 0, the request is the limit, and no such node fits.
    { cpu: '20m', memory: '56Mi', 'ephemeral-storage': '0' },
    { memory: '160Mi', 'ephemeral-storage': '400Mi' },
  ),
});

/** Describes the Service at which people reach a page. */
export const pageService = (what: string, port = 8080) =>
  group(`The Service of ${what}.`, {
    type: choice({
      doc:
        `How you reach ${what}: by port-forward (ClusterIP), on a port of every node, or through the cluster's ` +
        'load balancer.',
      default: 'ClusterIP',
      options: ['ClusterIP', 'NodePort', 'LoadBalancer'],
    }),
    port: integer({ doc: 'Port of the Service.', default: port, minimum: 1, maximum: 65535 }),
    nodePort: integer({
      doc: 'Port on every node, unless the type is ClusterIP. With 0, Kubernetes chooses one.',
      default: 0,
      minimum: 0,
      maximum: 65535,
    }),
  });

/**
 * Patterns of label names and values.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
 */
const LABEL_NAME = '^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?$';
const LABEL_VALUE = '^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$';

const toleration = entry("a toleration, as in a pod's spec", {
  key: text({ doc: 'Taint key. If it is missing, the operator Exists tolerates all keys.', pattern: LABEL_NAME }),
  operator: choice({
    doc: 'Whether the taint must have the value (Equal) or only the key (Exists).',
    default: 'Equal',
    options: ['Equal', 'Exists'],
  }),
  value: text({ doc: 'Taint value.', pattern: LABEL_VALUE }),
  effect: choice({
    doc: 'The tolerated effect. If it is missing, all effects are tolerated.',
    default: 'NoSchedule',
    options: ['NoSchedule', 'PreferNoSchedule', 'NoExecute'],
  }),
  tolerationSeconds: integer({
    doc: 'How many seconds the pod stays on a node after a NoExecute taint appears.',
    default: 0,
    minimum: 0,
    maximum: 2 ** 31 - 1,
  }),
});

/** The description of every value of the lab. */
export const labValues = group('The values of the lab.', {
  instrumentation: choice({
    doc: 'How the apps are instrumented: not at all, automatically by libraries, or by hand.',
    default: 'auto',
    options: ['none', 'auto', 'manual'],
  }),
  image: group("The image of the lab's own apps.", {
    ...image("the apps'", 'library/intro-otel', VERSION),
    pullPolicy: choice({
      doc: 'When the node pulls an image. It applies to all images.',
      default: 'IfNotPresent',
      options: ['IfNotPresent', 'Always', 'Never'],
    }),
  }),
  imagePullSecrets: list({
    doc: 'Secrets with registry credentials, for example: - name: regcred.',
    of: entry("a Secret in the release's namespace", { name: secretName }, ['name']),
  }),
  telemetry: group('How the SDK in every app sends telemetry.', {
    tracesExporter: telemetryExporter('traces'),
    metricsExporter: telemetryExporter('metrics'),
    logsExporter: telemetryExporter('logs'),
    batchDelayMs: integer({
      doc: 'How long the SDK collects finished spans and log records before it sends them, in milliseconds.',
      default: 500,
      minimum: 1,
      maximum: 600_000,
    }),
    metricIntervalMs: integer({
      doc: 'Interval between metric exports, in milliseconds.',
      default: 10_000,
      minimum: 100,
      maximum: 3_600_000,
    }),
  }),
  collector,
  jaeger,
  prometheus,
  dice: group('The dice: the app whose code belongs to the learner.', {
    source: text({
      doc:
        "TypeScript source of the dice. Set it with --set-file dice.source=app.ts. If this is empty, the learner's " +
        'edit in the ' +
        'ConfigMap is used. Without an edit, the example for the instrumentation level is used.',
    }),
    settings: text({
      doc:
        'Text of settings.env: INSTRUMENTATION and OTEL_* variables as NAME=value, one per line. They override the ' +
        'environment. ' +
        "If this is empty, the learner's edit in the ConfigMap is used, if there is one.",
    }),
    env: env('the dice'),
    resources: appResources('the dice', '20m'),
  }),
  arcade: group('The arcade: it plays a round by calling dice and prizes.', {
    budgetMs: integer({ doc: 'Time limit of a round, in milliseconds.', default: 500, minimum: 1, maximum: 600_000 }),
    env: env('the arcade'),
    resources: appResources('the arcade', '20m'),
  }),
  prizes: group('The prizes: two versions of one app, on two node pools.', {
    env: env('both versions of prizes', ['POD_NAMESPACE']),
    resources: appResources('each version of prizes', '10m'),
  }),
  visitors: group('The visitors, which create the load.', {
    enabled: flag({ doc: 'Whether the visitors run.', default: true }),
    roundsPerMinute: integer({
      doc: 'How many rounds the visitors play per minute.',
      default: 30,
      minimum: 0,
      maximum: 6000,
    }),
    env: env('the visitors'),
    resources: appResources('the visitors', '10m'),
  }),
  flask: group("Flask: the slides' app in Python.", {
    enabled: flag({
      doc: 'Whether the Flask app runs. In a checkout, first build its image and load it: see apps/flask.',
      default: false,
    }),
    image: group('The image of the Flask app.', image("the Flask app's", 'library/intro-otel-flask', VERSION)),
    env: env('the Flask app'),
    resources: resources('the Flask app', { cpu: '30m', memory: '64Mi' }, { memory: '160Mi' }),
  }),
  guide: group('The guide: one address for the course, the apps and Jaeger.', {
    service: pageService('the guide'),
    env: env('the guide', ['POD_NAMESPACE']),
    resources: appResources('the guide', '25m', '40Mi'),
  }),
  terminal: group("The terminal on the guide's page, in a seat of a class. A lab outside a class has none.", {
    enabled: flag({
      doc:
        "Whether the person of a seat can open a terminal with kubectl on the guide's page. It runs in a pod of the " +
        'seat, with the permissions of the attendee. The pod is created when a terminal is opened, and removed ten ' +
        'minutes after the last one was closed. In a checkout, first build its image and load it: see apps/terminal.',
      default: false,
    }),
    image: group("The terminal's image.", image("the terminal's", 'library/intro-otel-terminal', VERSION)),
    resources: resources('the terminal', { cpu: '10m', memory: '32Mi' }, { memory: '192Mi' }),
  }),
  nodeSelector: map({
    doc: 'Labels that a node must have to run a pod of the lab.',
    names: text({ doc: "a label's name", pattern: LABEL_NAME }),
    of: text({ doc: "a label's value", pattern: LABEL_VALUE }),
  }),
  tolerations: list({ doc: 'Taints that every pod tolerates.', of: toleration }),
});

/** The complete values of one lab. */
export type LabValues = ValueOf<typeof labValues>;

/** The values that every app of the lab has: its environment variables and its resources. */
export type AppValues = Pick<LabValues['dice'], 'env' | 'resources'>;

export type ImageValues = Pick<LabValues['image'], 'registry' | 'repository' | 'tag'>;
export type ResourceValues = LabValues['dice']['resources'];
export type EnvValues = LabValues['dice']['env'];
export type Signal = keyof LabValues['collector']['pipelines'];
