// The lab's values, described once: the chart's values.yaml, values.schema.json and README table, and the TypeScript type
// that the constructs take, are all derived from this description.
import { choice, entry, flag, group, integer, list, map, quantity, scalar, settings, text } from './schema/schema.ts';
import type { ValueOf } from './schema/schema.ts';
import { versions } from '../lab/versions.ts';

/** The version of the lab: chart, image and the labels on every object. */
export const VERSION = versions.lab;

const image = (what: string, repository: string, tag: string) => ({
  registry: text({
    doc: `Registry of ${what} image.`,
    default: 'docker.io',
    pattern: '^[a-zA-Z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)*$',
  }),
  repository: text({
    doc: `Repository of ${what} image, in that registry.`,
    default: repository,
    pattern: '^[a-z0-9._-]+(/[a-z0-9._-]+)*$',
  }),
  tag: text({
    doc: `Tag of ${what} image; a digest may follow it, as in 1.0@sha256:….`,
    default: tag,
    pattern: '^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}(@sha256:[0-9a-f]{64})?$',
  }),
});

const resourceNames = text({
  doc: 'cpu, memory, ephemeral-storage or an extended resource',
  pattern: '^[a-z][a-z0-9./-]*$',
});

export const resources = (what: string, requests: Record<string, string>, limits: Record<string, string>) =>
  group(`What ${what} asks of a node, and may use at most.`, {
    requests: map({
      doc: 'What the scheduler sets aside.',
      names: resourceNames,
      of: quantity({ doc: 'a quantity, such as 50m or 64Mi' }),
      default: requests,
    }),
    limits: map({
      doc: 'What the container may not go beyond.',
      names: resourceNames,
      of: quantity({ doc: 'a quantity' }),
      default: limits,
    }),
  });

/** @param filled names that the pod's own fields fill */
export const env = (what: string, filled: readonly string[] = ['POD_NAME', 'POD_IP']) =>
  map({
    doc: `Environment variables for ${what}; they win over the lab's own, so any OTEL_* variable can be set here.`,
    names: text({
      doc: 'a name of letters, digits and _, other than those the lab fills from the pod itself',
      pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
      except: filled,
    }),
    of: scalar({ doc: 'text, a number, or true or false' }),
  });

const appResources = (what: string, cpu: string) => resources(what, { cpu, memory: '32Mi' }, { memory: '160Mi' });

const telemetryExporter = (signal: string) =>
  text({
    doc: `Where the apps' SDK sends ${signal}: otlp (to the Collector), console (to the pod's log), none, or several with commas.`,
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
      doc: `Processors for ${signal}, in order; they run between memory_limiter and k8sattributes, and batch.`,
      of: componentNames,
    }),
    exporters: list({
      doc: `Where ${signal} go: names from collector.exporters, or the built-in otlphttp/jaeger and debug.`,
      of: componentNames,
      default: [exporter],
    }),
  });

const pipelines = group('What each signal passes through.', {
  traces: pipeline('traces', 'otlphttp/jaeger'),
  metrics: pipeline('metrics', 'debug'),
  logs: pipeline('logs', 'debug'),
});

const collector = group('The OpenTelemetry Collector, between the apps and the backends.', {
  image: group(
    "The Collector's image.",
    image("the Collector's", 'otel/opentelemetry-collector-contrib', versions.collector),
  ),
  exporters: map({
    doc:
      "Exporters, in the Collector's own syntax. Built in: otlphttp/jaeger and debug (settings given here are added to theirs). " +
      'Those of type otlp and otlphttp get a bounded queue and retries that end, unless they set sending_queue or ' +
      'retry_on_failure themselves.',
    names: componentNames,
    of: settings({ doc: 'settings of the exporter; {} where it needs none' }),
  }),
  processors: map({
    doc:
      "Processors, in the Collector's own syntax; they do nothing until a pipeline names them. Built in: memory_limiter, " +
      'k8sattributes and batch, which run in every pipeline (settings given here are added to theirs).',
    names: componentNames,
    of: settings({ doc: 'settings of the processor; {} where it needs none' }),
  }),
  pipelines,
  own: text({
    doc:
      'YAML that is merged over the configuration that the values above make: maps are merged key by key, lists replaced. Where it is empty: what ' +
      "the learner made of collector.yaml in the dice's ConfigMap, else nothing.",
  }),
  resources: resources('the Collector', { cpu: '40m', memory: '48Mi' }, { memory: '160Mi' }),
});

const jaeger = group('Jaeger, which stores the traces in memory and shows them.', {
  image: group("Jaeger's image.", image("Jaeger's", 'jaegertracing/jaeger', versions.jaeger)),
  maxTraces: integer({
    doc: 'How many traces Jaeger remembers; the oldest go first.',
    default: 2000,
    minimum: 1,
    maximum: 1_000_000,
  }),
  resources: resources('Jaeger', { cpu: '40m', memory: '56Mi' }, { memory: '256Mi' }),
});

const guideService = group('The Service of the front door.', {
  type: choice({
    doc: "How the front door is reached: by port-forward, on a port of every node, or by the cluster's load balancer.",
    default: 'ClusterIP',
    options: ['ClusterIP', 'NodePort', 'LoadBalancer'],
  }),
  port: integer({ doc: 'Port of the Service.', default: 8080, minimum: 1, maximum: 65535 }),
  nodePort: integer({
    doc: 'Port on every node, unless the type is ClusterIP; 0 lets Kubernetes choose one.',
    default: 0,
    minimum: 0,
    maximum: 65535,
  }),
});

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const LABEL_NAME = '^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?$';
const LABEL_VALUE = '^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$';

const toleration = entry("a toleration as in a pod's specification", {
  key: text({ doc: 'Taint key; all of them where it is left out with operator Exists.', pattern: LABEL_NAME }),
  operator: choice({ doc: 'How the key relates to the value.', default: 'Equal', options: ['Equal', 'Exists'] }),
  value: text({ doc: 'Taint value.', pattern: LABEL_VALUE }),
  effect: choice({
    doc: 'The effect tolerated; all where it is left out.',
    default: 'NoSchedule',
    options: ['NoSchedule', 'PreferNoSchedule', 'NoExecute'],
  }),
  tolerationSeconds: integer({
    doc: 'For how long NoExecute is tolerated.',
    default: 0,
    minimum: 0,
    maximum: 2 ** 31 - 1,
  }),
});

/** Every value of the lab. */
export const labValues = group('The values of the lab.', {
  instrumentation: choice({
    doc: 'How far the apps are instrumented: not at all, by libraries without changing a line of code, or by hand.',
    default: 'auto',
    options: ['none', 'auto', 'manual'],
  }),
  image: group("The image of the lab's own apps.", {
    ...image("the apps'", 'library/intro-otel', VERSION),
    pullPolicy: choice({
      doc: 'When images are pulled, all of them.',
      default: 'IfNotPresent',
      options: ['IfNotPresent', 'Always', 'Never'],
    }),
  }),
  imagePullSecrets: list({
    doc: 'Secrets with credentials for the registries, as in - name: regcred.',
    of: entry(
      "a Secret in the release's namespace",
      { name: text({ doc: 'Name of the Secret.', pattern: '^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$' }) },
      ['name'],
    ),
  }),
  telemetry: group('What the SDK in every app does with its telemetry.', {
    tracesExporter: telemetryExporter('traces'),
    metricsExporter: telemetryExporter('metrics'),
    logsExporter: telemetryExporter('logs'),
    batchDelayMs: integer({
      doc: 'How long finished spans and log records wait to be sent together, in milliseconds.',
      default: 500,
      minimum: 1,
      maximum: 600_000,
    }),
    metricIntervalMs: integer({
      doc: 'How often metrics are sent, in milliseconds.',
      default: 10_000,
      minimum: 100,
      maximum: 3_600_000,
    }),
  }),
  collector,
  jaeger,
  dice: group("The dice: the app whose code is the learner's own.", {
    source: text({
      doc:
        'Its TypeScript, best given with --set-file dice.source=app.ts. Where it is empty: what the learner made of it in the ' +
        'ConfigMap, else the example for the instrumentation level.',
    }),
    settings: text({
      doc:
        'Its settings.env: INSTRUMENTATION and OTEL_* as NAME=value, a line each, which win over its environment. Where it is empty: what the ' +
        'learner made of it in the ConfigMap, else nothing.',
    }),
    env: env('the dice'),
    resources: appResources('the dice', '30m'),
  }),
  arcade: group('The arcade: plays a round by calling dice and prizes.', {
    budgetMs: integer({
      doc: 'How long a round may take, in milliseconds.',
      default: 500,
      minimum: 1,
      maximum: 600_000,
    }),
    env: env('the arcade'),
    resources: appResources('the arcade', '30m'),
  }),
  prizes: group('The prizes: two versions, on two node pools.', {
    env: env('both versions', ['POD_NAME', 'POD_IP', 'POD_NAMESPACE']),
    resources: appResources('each version', '25m'),
  }),
  visitors: group('The visitors: the load.', {
    enabled: flag({ doc: 'Whether anybody visits.', default: true }),
    roundsPerMinute: integer({ doc: 'How many rounds they play a minute.', default: 30, minimum: 0, maximum: 6000 }),
    env: env('the visitors'),
    resources: appResources('the visitors', '20m'),
  }),
  flask: group("Flask: the deck's app in Python, beside the dice.", {
    enabled: flag({
      doc: 'Whether it runs. Its image has to be built and put where the cluster looks: see apps/flask.',
      default: false,
    }),
    image: group('Its image.', image('its', 'library/intro-otel-flask', VERSION)),
    env: env('the app'),
    resources: resources('the app', { cpu: '30m', memory: '64Mi' }, { memory: '160Mi' }),
  }),
  guide: group('The guide: the front door to the course, the apps and Jaeger.', {
    service: guideService,
    env: env('the guide', ['POD_NAME', 'POD_IP', 'POD_NAMESPACE']),
    resources: appResources('the guide', '30m'),
  }),
  nodeSelector: map({
    doc: 'Labels a node must have, for every pod.',
    names: text({ doc: "a label's name", pattern: LABEL_NAME }),
    of: text({ doc: "a label's value", pattern: LABEL_VALUE }),
  }),
  tolerations: list({ doc: 'Taints that every pod tolerates.', of: toleration }),
});

/** The values of one lab, complete. */
export type LabValues = ValueOf<typeof labValues>;

export type ImageValues = Pick<LabValues['image'], 'registry' | 'repository' | 'tag'>;
export type ResourceValues = LabValues['dice']['resources'];
export type EnvValues = LabValues['dice']['env'];
export type Signal = keyof LabValues['collector']['pipelines'];
