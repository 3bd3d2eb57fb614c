import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { edited } from '../../harness/check-harness.ts';
import type { Solution } from '../../harness/check-harness.ts';

const app = readFileSync(join(import.meta.dirname, 'files', 'app.ts'), 'utf8');
const changed = (...changes: [string, string][]) => ({ files: { 'app.ts': edited(app, ...changes) } });
const mixin = '{ mixin: traceIds }';

export const solutions: Solution[] = [
  { name: "the step's own solution", right: true },
  {
    name: 'a debug exporter with verbosity normal, and an additional counter',
    right: true,
    files: {
      'app.ts': edited(app, ['const values =', "meter.createCounter('dice.more').add(1);\nconst values ="]),
      'collector.yaml': 'exporters: {debug: {verbosity: normal}}',
    },
  },
  {
    name: 'trace and span ids under other names, in another place of the log line',
    right: true,
    ...changed(
      [mixin, ''],
      [
        '  log.info(request.query.param);',
        '  const ids = trace.getActiveSpan()?.spanContext();\n' +
          "  log.info({ traceId: ids?.traceId, spanId: ids?.spanId, said: request.query.param }, 'asked');",
      ],
      [
        '// Log lines that can be found from the trace, and the trace from them.\nfunction traceIds() {\n' +
          '  const span = trace.getActiveSpan()?.spanContext();\n' +
          '  return span ? { trace_id: span.traceId, span_id: span.spanId } : {};\n}\n',
        '',
      ],
    ),
  },
  {
    name: 'trace and span ids that the libraries add to the log line',
    right: true,
    files: { 'app.ts': edited(app, [mixin, '']), 'settings.env': 'INSTRUMENTATION=auto' },
  },
  {
    name: 'the solution of the previous step',
    right: false,
    says: /dice.rolls/,
    files: { 'app.ts': readFileSync(join(import.meta.dirname, '..', '08-context', 'files', 'app.ts'), 'utf8') },
  },
  {
    name: 'code that records no histogram',
    right: false,
    says: /dice.rolls \(sum\)/,
    ...changed(['      values.record(result);\n', '']),
  },
  {
    name: 'a counter instead of the histogram',
    right: false,
    says: /dice.roll.value \(sum\)/,
    ...changed(
      [
        "meter.createHistogram('dice.roll.value', {\n  description: 'What was rolled',\n" +
          '  advice: { explicitBucketBoundaries: [1, 2, 3, 4, 5, 6] },\n});',
        "meter.createCounter('dice.roll.value');",
      ],
      ['values.record(result)', 'values.add(result)'],
    ),
  },
  {
    name: 'a gauge instead of the counter',
    right: false,
    says: /dice.rolls \(other\)/,
    ...changed(
      [
        "meter.createCounter('dice.rolls', { description: 'How often a die was rolled' })",
        "meter.createGauge('dice.rolls')",
      ],
      ["rolls.add(1, { 'roll.sides': sides })", 'rolls.record(1)'],
    ),
  },
  {
    name: 'an up-down counter instead of the counter',
    right: false,
    says: /dice.rolls \(other\)/,
    ...changed(["meter.createCounter('dice.rolls'", "meter.createUpDownCounter('dice.rolls'"]),
  },
  {
    name: 'a counter with a wrong name',
    right: false,
    says: /dice_rolls/,
    ...changed(["'dice.rolls'", "'dice_rolls'"]),
  },
  {
    name: 'a debug exporter with verbosity basic, which only counts metrics',
    right: false,
    says: /verbosity/,
    files: { 'collector.yaml': '{}' },
  },
  {
    name: 'a log line without trace and span ids',
    right: false,
    says: /trace_id and span_id/,
    ...changed([mixin, '']),
  },
  {
    name: 'a log line with ids that no span has',
    right: false,
    says: /no span/,
    ...changed([
      '{ trace_id: span.traceId, span_id: span.spanId }',
      "{ trace_id: '5b8aa5a2d2c872e8321cf37308d69df2', span_id: '051581bf3cb55c13' }",
    ]),
  },
  {
    name: 'a log line with a wrong message',
    right: false,
    says: /no such line/,
    ...changed(['log.info(request.query.param)', "log.info('asked')"]),
  },
  {
    name: 'metrics that no exporter sends',
    right: false,
    hop: 'shape',
    files: { 'settings.env': 'INSTRUMENTATION=manual\nOTEL_METRICS_EXPORTER=none' },
  },
];
