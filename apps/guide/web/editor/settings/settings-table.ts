// What the variables in settings.env mean, and which values the SDK of the image takes.
// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
// https://opentelemetry.io/docs/specs/otel/protocol/exporter/
import { LOG_LEVELS, SAMPLERS } from '../../../../telemetry/variables.ts';

/** What a value must be. A list has its items separated by commas. */
export type Kind = 'text' | 'choice' | 'list' | 'boolean' | 'number' | 'ratio' | 'milliseconds' | 'url' | 'pairs';

export interface Setting {
  readonly kind: Kind;
  /** What the variable sets, as one sentence. */
  readonly doc: string;
  /** The values of a choice or a list, or examples of other values. */
  readonly values?: readonly string[];
  /** What holds without the variable. */
  readonly fallback?: string;
}

const setting = (kind: Kind, doc: string, fallback?: string, values?: readonly string[]): Setting => ({
  kind,
  doc,
  ...(fallback !== undefined && { fallback }),
  ...(values && { values }),
});

const SIGNALS = { '': 'all signals', TRACES_: 'traces', METRICS_: 'metrics', LOGS_: 'logs' } as const;

/** The variables of the OTLP exporter, for all signals and for each. */
const otlp = (suffix: string, of: (signal: string) => Setting): [string, Setting][] =>
  Object.entries(SIGNALS).map(([prefix, signal]) => [`OTEL_EXPORTER_OTLP_${prefix}${suffix}`, of(signal)]);

const exporters = (signal: string, values: readonly string[]): Setting =>
  setting('list', `Where the SDK sends ${signal}.`, 'otlp', values);

const limit = (what: string, fallback: string): Setting =>
  setting('number', `The most ${what} that the SDK keeps.`, fallback, ['128']);

const batch = (what: string): [string, Setting][] => {
  const prefix = what === 'spans' ? 'OTEL_BSP' : 'OTEL_BLRP';
  const delay = what === 'spans' ? '5000' : '1000';
  return [
    [
      `${prefix}_SCHEDULE_DELAY`,
      setting('milliseconds', `How long ${what} wait in a batch before it is sent.`, delay, ['200', '1000', '5000']),
    ],
    [`${prefix}_EXPORT_TIMEOUT`, setting('milliseconds', `How long sending a batch of ${what} may take.`, '30000')],
    [`${prefix}_MAX_QUEUE_SIZE`, setting('number', `The most ${what} that wait. More are dropped.`, '2048')],
    [`${prefix}_MAX_EXPORT_BATCH_SIZE`, setting('number', `The most ${what} in a batch.`, '512')],
  ];
};

const libraries = (doc: string): Setting => setting('list', doc, undefined, ['express', 'http', 'pino', 'undici']);

/** The libraries that a lab's image has. A name that is not here is no mistake: the SDK takes any. */
const OPEN = [
  'OTEL_NODE_ENABLED_INSTRUMENTATIONS',
  'OTEL_NODE_DISABLED_INSTRUMENTATIONS',
  'OTEL_SEMCONV_STABILITY_OPT_IN',
];

/** Whether a list takes values that the table doesn't name. */
export const isOpen = (name: string): boolean => OPEN.includes(name);

/** All variables, by name. A test compares it with the variables that the SDK reads. */
export const SETTINGS: ReadonlyMap<string, Setting> = new Map<string, Setting>([
  [
    'INSTRUMENTATION',
    setting(
      'choice',
      'Of this lab: none loads no SDK, auto loads the SDK and the instrumentation libraries, and manual only the SDK.',
      undefined,
      ['none', 'auto', 'manual'],
    ),
  ],
  ['OTEL_SERVICE_NAME', setting('text', 'The name of the service, the attribute service.name.', undefined, ['dice'])],
  [
    'OTEL_RESOURCE_ATTRIBUTES',
    setting('pairs', 'Attributes of the resource: name=value, separated by commas.', undefined, [
      'deployment.environment.name=lab',
      'service.version=1.0.0',
    ]),
  ],
  ['OTEL_SDK_DISABLED', setting('boolean', 'Whether the SDK does nothing.', 'false')],
  ['OTEL_LOG_LEVEL', setting('choice', "How much the SDK logs about itself, on dice's own log.", 'info', LOG_LEVELS)],
  [
    'OTEL_PROPAGATORS',
    setting('list', 'How the context travels in headers.', 'tracecontext,baggage', [
      'tracecontext',
      'baggage',
      'b3',
      'b3multi',
      'none',
    ]),
  ],
  ['OTEL_TRACES_SAMPLER', setting('choice', 'Which traces are recorded.', 'parentbased_always_on', SAMPLERS)],
  [
    'OTEL_TRACES_SAMPLER_ARG',
    setting('ratio', 'The share of traces that a sampler with ratio in its name records, from 0 to 1.', '1', [
      '0.1',
      '0.5',
    ]),
  ],
  ['OTEL_TRACES_EXPORTER', exporters('traces', ['otlp', 'console', 'zipkin', 'none'])],
  ['OTEL_METRICS_EXPORTER', exporters('metrics', ['otlp', 'console', 'prometheus', 'none'])],
  ['OTEL_LOGS_EXPORTER', exporters('log records', ['otlp', 'console', 'none'])],
  ...otlp('ENDPOINT', (signal) =>
    setting('url', `URL to which the OTLP exporter sends ${signal}.`, 'http://localhost:4318'),
  ),
  ...otlp('PROTOCOL', (signal) =>
    setting('choice', `How the OTLP exporter sends ${signal}.`, 'http/protobuf', [
      'http/protobuf',
      'http/json',
      'grpc',
    ]),
  ),
  ...otlp('COMPRESSION', (signal) => setting('choice', `How ${signal} are compressed.`, 'none', ['none', 'gzip'])),
  ...otlp('HEADERS', (signal) =>
    setting('pairs', `Headers of requests with ${signal}: name=value, separated by commas.`),
  ),
  ...otlp('TIMEOUT', (signal) => setting('milliseconds', `How long sending ${signal} may take.`, '10000')),
  ...otlp('CERTIFICATE', (signal) => setting('text', `File with the certificates to trust when sending ${signal}.`)),
  ...otlp('CLIENT_CERTIFICATE', (signal) => setting('text', `File with dice's own certificate for ${signal}.`)),
  ...otlp('CLIENT_KEY', (signal) => setting('text', `File with the key of dice's own certificate for ${signal}.`)),
  ...otlp('INSECURE', (signal) => setting('boolean', `Whether gRPC sends ${signal} without TLS.`, 'false')),
  ...batch('spans'),
  ...batch('log records'),
  ['OTEL_ATTRIBUTE_COUNT_LIMIT', limit('attributes of a span or a log record', '128')],
  ['OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT', limit('characters of the value of an attribute', 'no limit')],
  ['OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', limit('attributes of a span', '128')],
  ['OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', limit('characters of the value of an attribute of a span', 'no limit')],
  ['OTEL_SPAN_EVENT_COUNT_LIMIT', limit('events of a span', '128')],
  ['OTEL_SPAN_LINK_COUNT_LIMIT', limit('links of a span', '128')],
  ['OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT', limit('attributes of an event', '128')],
  ['OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT', limit('attributes of a link', '128')],
  ['OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT', limit('attributes of an event', '128')],
  ['OTEL_LINK_ATTRIBUTE_COUNT_LIMIT', limit('attributes of a link', '128')],
  ['OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT', limit('attributes of a log record', '128')],
  [
    'OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    limit('characters of the value of an attribute of a log record', 'no limit'),
  ],
  [
    'OTEL_METRIC_EXPORT_INTERVAL',
    setting('milliseconds', 'Time between two reports of the metrics.', '60000', ['1000', '5000', '60000']),
  ],
  ['OTEL_METRIC_EXPORT_TIMEOUT', setting('milliseconds', 'How long sending the metrics may take.', '30000')],
  [
    'OTEL_METRICS_EXEMPLAR_FILTER',
    setting('choice', 'Which measurements become exemplars.', 'trace_based', [
      'trace_based',
      'always_on',
      'always_off',
    ]),
  ],
  [
    'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
    setting('choice', 'Whether a report counts from the start or from the last report.', 'cumulative', [
      'cumulative',
      'delta',
      'lowmemory',
    ]),
  ],
  [
    'OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION',
    setting('choice', 'How histograms count.', 'explicit_bucket_histogram', [
      'explicit_bucket_histogram',
      'base2_exponential_bucket_histogram',
    ]),
  ],
  ['OTEL_EXPORTER_PROMETHEUS_HOST', setting('text', 'Address at which the Prometheus exporter listens.', 'localhost')],
  ['OTEL_EXPORTER_PROMETHEUS_PORT', setting('number', 'Port at which the Prometheus exporter listens.', '9464')],
  [
    'OTEL_EXPORTER_ZIPKIN_ENDPOINT',
    setting('url', 'URL to which the Zipkin exporter sends spans.', 'http://localhost:9411/api/v2/spans'),
  ],
  [
    'OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS',
    setting('list', 'The HTTP methods that spans name. All others are _OTHER.', undefined, ['GET', 'POST', 'PUT']),
  ],
  ['OTEL_NODE_ENABLED_INSTRUMENTATIONS', libraries('The only instrumentation libraries that are loaded.')],
  ['OTEL_NODE_DISABLED_INSTRUMENTATIONS', libraries('Instrumentation libraries that are not loaded.')],
  ['OTEL_NODE_EXPERIMENTAL_SDK_METRICS', setting('boolean', 'Whether the SDK reports metrics about itself.', 'false')],
  [
    'OTEL_NODE_RESOURCE_DETECTORS',
    setting('list', "What the SDK finds out about dice's surroundings.", 'all', [
      'all',
      'env',
      'host',
      'os',
      'process',
      'serviceinstance',
      'none',
    ]),
  ],
  [
    'OTEL_SEMCONV_STABILITY_OPT_IN',
    setting('list', 'Which semantic conventions the libraries follow.', undefined, ['http', 'http/dup', 'database']),
  ],
]);
