// The catalogue of what a failed check can find. A check names a finding by its id. The id, and no text of a seat, goes
// up to the Seat's status and to the board. A text ends a sentence such as "9 of 30: the span is never ended".

/**
 * Where a failed check found the problem. `pod`, `collector` and `jaeger` are hops from dice to Jaeger that do not
 * work. `shape` means that spans arrive, but differ from what the step asks for.
 */
export const HOPS = ['pod', 'collector', 'jaeger', 'shape'] as const;
export type VerdictHop = (typeof HOPS)[number];

/** A finding of a check, in words. */
export interface CatalogueEntry {
  readonly text: string;
}

/**
 * The findings by their ids. Each hop is a finding too: that of a problem which has no finding of its own. Ids are in
 * the status of Seats, so an id never changes its meaning.
 */
export const FINDINGS = {
  pod: { text: 'dice makes no telemetry that the check can judge' },
  collector: { text: 'the Collector passes no telemetry on' },
  jaeger: { text: 'Jaeger does not have the trace' },
  shape: { text: 'the telemetry differs from what the step asks for' },

  'pod/not-running': { text: 'dice does not run the newest files' },
  'pod/no-answer': { text: 'dice does not answer' },
  'pod/hangs': { text: 'dice takes a request and never answers' },
  'pod/error-status': { text: 'dice answers with an error' },
  'pod/export-fails': { text: "dice can't send its telemetry" },
  'code/throws': { text: 'the code throws while it answers' },
  'code/no-span-started': { text: 'the code has started no span' },
  'code/never-ended': { text: 'the span is never ended' },
  'code/started-once': { text: 'the span is started once, and not in each call' },
  'settings/mistake': { text: 'settings.env has a mistake' },
  'settings/sdk-off': { text: 'settings.env turns the SDK off' },
  'settings/exporter': { text: 'settings.env names an exporter that sends nothing to the Collector' },
  'settings/endpoint': { text: 'dice sends to an address where nothing listens' },
  'settings/propagators': { text: 'settings.env makes dice ignore the header traceparent' },
  'collector/not-running': { text: 'the Collector does not run the newest collector.yaml' },
  'collector/refused': { text: 'the Collector takes no telemetry' },
  'collector/address': { text: 'the Collector listens where dice does not reach it' },
  'collector/receivers': { text: 'a pipeline in collector.yaml receives nothing from dice' },
  'collector/exporters': { text: 'a pipeline in collector.yaml sends nothing to where the step looks' },
  'collector/drops': { text: 'a processor in collector.yaml drops the telemetry' },
  'collector/export-fails': { text: "the Collector can't send on what it takes" },
  'jaeger/no-answer': { text: 'Jaeger does not answer' },
  'jaeger/missing': { text: 'spans that the Collector takes do not come to Jaeger' },
  'telemetry/none': { text: 'nothing arrives, though every hop works' },
  'telemetry/sampled': { text: 'a sampler drops traces that the step needs' },
  'telemetry/undecided': { text: 'the check needs more telemetry to decide' },

  '02-read-a-trace/gone': { text: 'the trace of the step is no longer in Jaeger' },
  '02-read-a-trace/no-answer': { text: 'an answer is missing' },
  '02-read-a-trace/unknown-span': { text: 'an answer names no span of the trace' },
  '02-read-a-trace/other-trace': { text: 'the answers are about another trace' },
  '02-read-a-trace/ambiguous': { text: 'an answer names spans of several services' },
  '02-read-a-trace/root': { text: 'the answer for the root has a parent' },
  '02-read-a-trace/slowest-root': { text: 'the answer for the slowest span is the root' },
  '02-read-a-trace/slowest': { text: 'another span took longer than the answer' },
  '02-read-a-trace/swapped': { text: 'parent and child are swapped' },
  '02-read-a-trace/child': { text: 'the child is not a child of that parent' },

  '03-opentelemetry/no-answer': { text: 'no library is named' },
  '03-opentelemetry/several': { text: 'several libraries are named' },
  '03-opentelemetry/no-spans': { text: 'the named library makes no spans of incoming requests' },
  '03-opentelemetry/turned-off': { text: 'settings.env turns the named library off' },
  '03-opentelemetry/not-installed': { text: 'the named library made no span of the visit' },

  '04-automatic/level': { text: 'INSTRUMENTATION is not auto' },
  '04-automatic/by-hand': { text: 'the spans are written by hand' },
  '04-automatic/no-server-span': { text: 'the log lacks the SERVER span of the visit' },
  '04-automatic/no-span': { text: 'the settings are right, and no span is in the log' },
  '04-automatic/no-trace-console': { text: 'OTEL_TRACES_EXPORTER does not name the console' },
  '04-automatic/no-metric': { text: 'no metric is in the log' },

  '05-collector/no-attribute': { text: 'the Collector adds no workshop.step' },
  '05-collector/attribute-name': { text: 'the added attribute has another name than workshop.step' },
  '05-collector/attribute-by-app': { text: 'dice adds workshop.step, and not the Collector' },
  '05-collector/unlisted': { text: 'a processor is not in the list of the traces pipeline' },
  '05-collector/ignored': { text: 'collector.yaml begins with {}, so the rest is ignored' },
  '05-collector/agent-kept': { text: 'the spans still have user_agent.original' },
  '05-collector/no-debug': { text: "the spans are not in the Collector's log" },
  '05-collector/keeps-all': { text: 'the Collector keeps every trace' },
  '05-collector/share': { text: 'sampling_percentage is not between 5 and 95' },
  '05-collector/order': { text: 'the processors are in a wrong order' },
  '05-collector/no-k8sattributes': { text: 'the list of processors has lost k8sattributes' },

  '06-manual/by-library': { text: 'a library makes the span do_roll' },
  '06-manual/no-span': { text: 'no roll has a span do_roll' },
  '06-manual/span-name': { text: 'the span has another name than do_roll' },
  '06-manual/some-missing': { text: 'some rolls have no span do_roll' },
  '06-manual/several': { text: 'a roll has several spans do_roll' },
  '06-manual/no-value': { text: 'do_roll has no roll.value' },
  '06-manual/value-name': { text: 'the attribute has another name than roll.value' },
  '06-manual/value-elsewhere': { text: 'roll.value is on another span than do_roll' },
  '06-manual/value-type': { text: 'roll.value is no whole number' },
  '06-manual/value': { text: 'roll.value is not what dice answered' },
  '06-manual/no-number': { text: 'the answer of dice has no number' },

  '07-span-methods/no-span': { text: 'a roll that goes well has no span do_roll' },
  '07-span-methods/several': { text: 'a roll has several spans do_roll' },
  '07-span-methods/die': { text: 'the die has not as many sides as the request names' },
  '07-span-methods/value': { text: 'roll.value is not what dice answered' },
  '07-span-methods/no-sides': { text: 'do_roll has no roll.sides, or a wrong one' },
  '07-span-methods/sides-text': { text: 'roll.sides is a text, not a number' },
  '07-span-methods/no-event': { text: 'do_roll has no event “rolled”' },
  '07-span-methods/event-name': { text: 'the event has another name than “rolled”' },
  '07-span-methods/event-empty': { text: 'the event “rolled” has no attribute' },
  '07-span-methods/record-elsewhere': { text: 'a log record is emitted outside of the span do_roll' },
  '07-span-methods/status-always': { text: 'a roll that goes well has an error status' },
  '07-span-methods/answer': { text: 'dice does not answer 400 for a die without sides' },
  '07-span-methods/no-failed-span': { text: 'the roll that fails has no span: never started, or never ended' },
  '07-span-methods/no-error-status': { text: 'the roll that fails has no error status' },
  '07-span-methods/no-exception': { text: 'the roll that fails has no recorded exception' },
  '07-span-methods/exception-empty': { text: 'the recorded exception has neither type nor message' },

  '08-context/no-span': { text: 'the request has no span of the own code' },
  '08-context/kind': { text: 'the span is not of kind SERVER' },
  '08-context/other-parent': { text: "the span has another parent than the caller's span" },
  '08-context/own-trace': { text: "the span is in a trace of its own: the caller's context is not taken over" },
  '08-context/not-injected': { text: 'the call to prizes carries no context' },
  '08-context/beside': { text: "the call to prizes carries the caller's context, not that of the own span" },
  '08-context/orphans': { text: 'a span has a parent that is not in the trace' },

  '09-metrics-and-logs/no-counter': { text: 'dice.rolls is not there as a counter' },
  '09-metrics-and-logs/counter': { text: 'the counter dice.rolls does not grow by 1 with each roll' },
  '09-metrics-and-logs/no-histogram': { text: 'dice.roll.value is not there as a histogram' },
  '09-metrics-and-logs/histogram': { text: 'the histogram dice.roll.value gets other values than the rolls' },
  '09-metrics-and-logs/no-numbers': { text: 'an instrument gets values that are no numbers' },
  '09-metrics-and-logs/too-many-series': { text: 'an attribute of an instrument has a new value each time' },
  '09-metrics-and-logs/no-record': { text: 'the parameter of the request is not logged' },
  '09-metrics-and-logs/no-ids': { text: 'the log line has no trace_id and span_id' },
  '09-metrics-and-logs/ids-names': { text: 'the ids in the log line have other names' },
  '09-metrics-and-logs/outside': { text: 'the log record is emitted while no span is active' },
  '09-metrics-and-logs/own-trace': { text: "the span of the log record is not in the caller's trace" },
  '09-metrics-and-logs/no-span': { text: 'the log record belongs to a span that does not arrive' },

  '10-troubleshooting/no-answer': { text: 'an answer is missing' },
  '10-troubleshooting/spike': { text: 'an answer about the spike is wrong' },
  '10-troubleshooting/timeouts': { text: 'an answer about the time-outs is wrong' },
  '10-troubleshooting/not-seen': { text: 'the answers are given before the fault was switched on' },

  '11-next-steps/off': { text: 'the Flask app is switched off' },
  '11-next-steps/no-answer': { text: 'the Flask app does not answer' },
  '11-next-steps/error-status': { text: 'the Flask app answers with an error' },
  '11-next-steps/own-trace': { text: "dice does not continue its caller's trace" },
  '11-next-steps/no-spans': { text: 'the trace has no span of the Flask app' },
  '11-next-steps/no-server-span': { text: 'the Flask app has no SERVER span' },
  '11-next-steps/beside': { text: 'the span of Flask is not below that of dice' },
  '11-next-steps/orphans': { text: 'a span has a parent that is not in the trace' },
} as const satisfies Readonly<Record<string, CatalogueEntry>>;

export type FindingId = keyof typeof FINDINGS;

/** Returns whether a value of any type is the id of a finding in the catalogue. */
export const isFinding = (id: unknown): id is FindingId => typeof id === 'string' && Object.hasOwn(FINDINGS, id);

/** Returns the words of a finding. They go without a full stop, behind a number of people. */
export const findingText = (id: FindingId): string => FINDINGS[id].text;
