// Wrong solutions of step 9: mistakes that people make who have read only the step's text.
import { edited } from '../../harness/check-harness.ts';
import type { CheckHarness, Solution } from '../../harness/check-harness.ts';
import { app } from './pino.ts';

const code = (...changes: [string, string][]) => ({ files: { 'app.ts': edited(app, ...changes) } });
const settings = (...lines: string[]) =>
  ['INSTRUMENTATION=manual', 'OTEL_METRIC_EXPORT_INTERVAL=2000', ...lines].join('\n');
const delta = settings('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=delta');
const ADD = "      rolls.add(1, { 'roll.sides': sides });\n";
const RECORD = '      values.record(result);\n';
const IDS = '{ trace_id: span.traceId, span_id: span.spanId }';

/** Metrics of the pod before, whose code was right: the guide has them when the check begins. */
const earlier = (temporality: 1 | 2, count = 5) => {
  const timeUnixNano = `${Date.now() - 5_000}000000`;
  return [
    {
      name: 'dice.rolls',
      sum: { isMonotonic: true, aggregationTemporality: temporality, dataPoints: [{ timeUnixNano, asInt: count }] },
    },
    {
      name: 'dice.roll.value',
      histogram: { aggregationTemporality: temporality, dataPoints: [{ timeUnixNano, count, sum: 700_012 }] },
    },
  ];
};

/** Metrics of the pod before, which had another instrument of that name. */
const gaugeOfBefore = () => [
  ...earlier(2).slice(0, 1),
  { name: 'dice.roll.value', gauge: { dataPoints: [{ timeUnixNano: `${Date.now() - 5_000}000000`, asInt: 3 }] } },
];

/** A dice that rolls six sides, whatever it is asked for, as the step's text does not speak of sides. */
const SIX: [string, string] = ['Math.random() * sides', 'Math.random() * 6'];
const sixSided = (recorded: string) => code(SIX, [RECORD, `      values.record(${recorded}); // of six sides\n`]);

/** Somebody else's rolls during the check, once a second. */
const somebodyRolls = (harness: CheckHarness) => harness.rollEvery(1_000);

export const mistakes: Solution[] = [
  ...['result + 1', '7 - result', '3', 'Math.floor(Math.random() * 6) + 1'].map((recorded): Solution => ({
    name: `a die of six sides only, with ${recorded} recorded, while somebody else rolls`,
    right: false,
    finding: '09-metrics-and-logs/histogram',
    says: /where dice rolled/,
    ...sixSided(recorded),
    before: somebodyRolls,
  })),
  {
    name: 'a die of six sides only, while somebody else rolls',
    right: true,
    ...sixSided('result'),
    before: somebodyRolls,
  },
  {
    name: 'a counter that adds what was rolled, after the pod before had a gauge in place of the histogram',
    right: false,
    finding: '09-metrics-and-logs/counter',
    says: /dice\.rolls grew by \d+ while the histogram counted/,
    ...code([ADD, '      rolls.add(result); // after a gauge\n']),
    before: (harness) => harness.sendMetrics(gaugeOfBefore()),
  },
  {
    name: 'a counter that adds what was rolled, after the pod before had counted less',
    right: false,
    finding: '09-metrics-and-logs/counter',
    says: /dice\.rolls grew by \d+ while the histogram counted/,
    ...code([ADD, '      rolls.add(result); // after less\n']),
    before: (harness) => harness.sendMetrics(earlier(2, 3)),
  },
  {
    name: 'the histogram removed, while the guide has metrics of the pod before',
    right: false,
    finding: '09-metrics-and-logs/no-histogram',
    says: /dice\.rolls \(counter\)/,
    ...code([RECORD, '']),
    before: (harness) => harness.sendMetrics(earlier(2)),
  },
  {
    name: 'both instruments removed, while the guide has metrics of the pod before',
    right: false,
    finding: '09-metrics-and-logs/no-counter',
    says: /no metric of that name since the rolls.*createCounter/,
    ...code([RECORD, ''], [ADD, '']),
    before: (harness) => harness.sendMetrics(earlier(2)),
  },
  {
    name: 'with delta temporality, the histogram removed after the pod before had one',
    right: false,
    finding: '09-metrics-and-logs/no-histogram',
    says: /dice\.rolls \(counter\)/,
    files: { ...code([RECORD, '']).files, 'settings.env': delta },
    before: (harness) => harness.sendMetrics(earlier(1)),
  },
  {
    name: 'with delta temporality, a counter that adds what was rolled',
    right: false,
    finding: '09-metrics-and-logs/counter',
    says: /while the histogram counted \d+ rolls/,
    files: { ...code([ADD, '      rolls.add(result);\n']).files, 'settings.env': delta },
  },
  {
    name: 'with delta temporality, a histogram of second rolls',
    right: false,
    finding: '09-metrics-and-logs/histogram',
    says: /where dice rolled/,
    files: { ...code([RECORD, '      values.record(Math.ceil(Math.random() * 6));\n']).files, 'settings.env': delta },
  },
  {
    name: 'a text recorded in place of a number',
    right: false,
    finding: '09-metrics-and-logs/no-numbers',
    says: /dice\.rolls \(counter\)\. dice\.roll\.value got values that are no numbers.*record\(result\)/,
    ...code([RECORD, '      values.record(String(result) as never);\n']),
  },
  {
    name: 'the roll recorded before the die has come to rest',
    right: false,
    finding: '09-metrics-and-logs/histogram',
    chance: true,
    says: /where dice rolled/,
    ...code(
      [RECORD, '      values.record(lastRoll);\n      lastRoll = result;\n'],
      ['let hits = 0;', 'let hits = 0;\nlet lastRoll = 1;'],
    ),
  },
  {
    name: 'rolls counted in the route and in doRoll',
    right: false,
    finding: '09-metrics-and-logs/counter',
    says: /while the histogram counted \d+ rolls/,
    ...code(['    response.send(String(doRoll(', '    rolls.add(1);\n    response.send(String(doRoll(']),
  },
  {
    name: 'rolls of six sides only',
    right: false,
    finding: '09-metrics-and-logs/counter',
    says: /dice\.rolls grew by \d in 5 rolls/,
    ...code([ADD, '      if (sides === 6) rolls.add(1);\n']),
  },
  {
    name: 'the names of the two instruments swapped',
    right: false,
    finding: '09-metrics-and-logs/no-counter',
    says: /dice\.rolls \(histogram\)/,
    ...code(
      ["createCounter('dice.rolls'", "createCounter('dice.roll.value'"],
      ["createHistogram('dice.roll.value'", "createHistogram('dice.rolls'"],
    ),
  },
  {
    name: 'a histogram with another name',
    right: false,
    finding: '09-metrics-and-logs/no-histogram',
    says: /dice\.roll\.values \(histogram\)/,
    ...code(["createHistogram('dice.roll.value'", "createHistogram('dice.roll.values'"]),
  },
  {
    name: 'ids that are read once, when the module loads',
    right: false,
    finding: '09-metrics-and-logs/no-ids',
    says: /trace_id and span_id/,
    ...code(['{ mixin: traceIds }', '{ base: traceIds() }']),
  },
  {
    name: 'a trace id without the id of the span',
    right: false,
    finding: '09-metrics-and-logs/ids-names',
    says: /The line has trace_id, and it needs two fields/,
    ...code([IDS, '{ trace_id: span.traceId }']),
  },
  {
    name: 'the ids under the names that the API gives them',
    right: false,
    finding: '09-metrics-and-logs/ids-names',
    says: /has traceId and spanId.*called trace_id and span_id/,
    ...code([IDS, '{ traceId: span.traceId, spanId: span.spanId }']),
  },
  {
    name: 'an id with a dot in its name',
    right: false,
    finding: '09-metrics-and-logs/ids-names',
    says: /called trace_id and span_id/,
    ...code([IDS, "{ 'trace.id': span.traceId, span_id: span.spanId }"]),
  },
  {
    name: 'ids in fields of other names',
    right: false,
    finding: '09-metrics-and-logs/ids-names',
    says: /has trace and span.*called trace_id and span_id/,
    ...code([IDS, '{ trace: span.traceId, span: span.spanId }']),
  },
  {
    name: 'a second logger that has the ids, and writes nothing',
    right: false,
    finding: '09-metrics-and-logs/no-ids',
    says: /trace_id and span_id/,
    ...code([
      'const log = pino({ mixin: traceIds });',
      'export const traced = pino({ mixin: traceIds });\nconst log = pino();',
    ]),
  },
  {
    name: 'an interval in seconds, and a Collector that only prints metrics',
    right: false,
    finding: 'collector/exporters',
    says: /the pipeline metrics exports to debug only.*Write exporters: \[debug, otlp_http.guide\]/,
    files: {
      'settings.env': 'INSTRUMENTATION=manual\nOTEL_METRIC_EXPORT_INTERVAL=2',
      'collector.yaml': 'service: { pipelines: { metrics: { exporters: [debug] } } }',
    },
  },
  {
    name: 'metrics on the console only',
    right: false,
    finding: 'settings/exporter',
    says: /OTEL_METRICS_EXPORTER is console/,
    files: { 'settings.env': settings('OTEL_METRICS_EXPORTER=console') },
  },
];
