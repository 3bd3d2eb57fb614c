import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { edited } from '../../harness/check-harness.ts';
import type { Solution } from '../../harness/check-harness.ts';
import { mistakes } from './mistakes.ts';
import { app } from './pino.ts';
import { received } from './received.ts';
import { styles } from './styles.ts';

const changed = (...changes: [string, string][]) => ({ files: { 'app.ts': edited(app, ...changes) } });
const RECORD = "      rolls.add(1, { 'roll.sides': sides });\n      values.record(result);\n";
const mixin = '{ mixin: traceIds }';

export const solutions: Solution[] = [
  ...styles,
  ...received,
  ...mistakes,
  { name: "the step's own solution", right: true, chance: true },
  {
    name: 'an additional counter',
    right: true,
    ...changed(['const values =', "meter.createCounter('dice.more').add(1);\nconst values ="]),
  },
  {
    name: 'trace and span ids that the route hands to the logger, beside the message',
    right: true,
    ...changed(
      [mixin, ''],
      [
        '  log.info(request.query.param);',
        '  const ids = trace.getActiveSpan()?.spanContext();\n' +
          "  log.info({ trace_id: ids?.traceId, span_id: ids?.spanId, said: request.query.param }, 'asked');",
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
    name: 'another service name',
    right: true,
    files: { 'settings.env': 'INSTRUMENTATION=manual\nOTEL_SERVICE_NAME=my-dice\nOTEL_METRIC_EXPORT_INTERVAL=2000' },
  },
  {
    name: 'a counter with more attributes, and a histogram without buckets of its own',
    right: true,
    ...changed(
      ["rolls.add(1, { 'roll.sides': sides })", "rolls.add(1, { 'roll.value': result, lucky: result > 3 })"],
      [',\n  advice: { explicitBucketBoundaries: [1, 2, 3, 4, 5, 6] },', ','],
    ),
  },
  {
    name: 'instruments that are created at the first roll',
    right: true,
    ...changed(
      [
        RECORD,
        "      metrics.getMeter('dice').createCounter('dice.rolls').add(1);\n" +
          "      metrics.getMeter('dice').createHistogram('dice.roll.value').record(result);\n",
      ],
      [app.slice(app.indexOf('const meter'), app.indexOf('// What a six')), ''],
    ),
  },
  {
    name: 'metrics recorded in the route, with the roll in JSON',
    right: true,
    ...changed(
      [RECORD, ''],
      [
        'response.send(String(doRoll(Number(request.query.sides ?? 6))));',
        'const roll = doRoll(Number(request.query.sides ?? 6));\n    rolls.add(1);\n    values.record(roll);\n' +
          '    response.json({ roll });',
      ],
    ),
  },
  {
    name: 'a child logger',
    right: true,
    ...changed(['log.info(request.query.param)', "log.child({ route: '/server_request' }).info(request.query.param)"]),
  },
  {
    name: 'spans of the libraries in addition to metrics by hand',
    right: true,
    files: { 'settings.env': 'INSTRUMENTATION=auto\nOTEL_METRIC_EXPORT_INTERVAL=2000' },
  },
  {
    name: 'a counter and a histogram that are used once, when the module loads',
    right: false,
    finding: '09-metrics-and-logs/counter',
    says: /grew by [01] in 5 rolls/,
    ...changed([RECORD, ''], ['// What a six wins', 'rolls.add(1);\nvalues.record(1);\n// What a six wins']),
  },
  {
    name: 'a counter that adds what was rolled',
    right: false,
    finding: '09-metrics-and-logs/counter',
    says: /while the histogram counted \d+ rolls.*add\(1\)/,
    ...changed(["rolls.add(1, { 'roll.sides': sides })", 'rolls.add(result)']),
  },
  {
    name: 'a counter that adds 10, and a histogram that records 1',
    right: false,
    finding: '09-metrics-and-logs/histogram',
    says: /values with the sum.*where dice rolled/,
    ...changed(
      ["rolls.add(1, { 'roll.sides': sides })", 'rolls.add(10)'],
      ['values.record(result)', 'values.record(1)'],
    ),
  },
  {
    name: 'a counter that adds 10',
    right: false,
    finding: '09-metrics-and-logs/counter',
    says: /while the histogram counted \d+ rolls/,
    ...changed(["rolls.add(1, { 'roll.sides': sides })", 'rolls.add(10)']),
  },
  {
    name: 'a histogram that records a second roll',
    right: false,
    finding: '09-metrics-and-logs/histogram',
    chance: true,
    says: /where dice rolled/,
    ...changed(['values.record(result)', 'values.record(Math.floor(Math.random() * 6) + 1)']),
  },
  {
    name: 'a histogram that records each roll twice',
    right: false,
    finding: '09-metrics-and-logs/histogram',
    says: /while the histogram counted|where dice rolled/,
    ...changed(['values.record(result)', 'values.record(result);\n      values.record(result)']),
  },
  {
    name: 'a log line that is written before the span begins',
    right: false,
    finding: '09-metrics-and-logs/no-ids',
    says: /within your span: move log.info.*unmet: trace_id and span_id/,
    ...changed(
      ['  log.info(request.query.param);\n', ''],
      [
        '    const parent = propagation.extract',
        '    log.info(request.query.param);\n    const parent = propagation.extract',
      ],
    ),
  },
  {
    name: 'a log line before the span, and another within it',
    right: false,
    finding: '09-metrics-and-logs/outside',
    says: /Other lines have both ids, so your mixin works, .*within your span: move log.info/,
    ...changed(
      ['  log.info(request.query.param);\n', "  log.info('asked');\n"],
      [
        '    const parent = propagation.extract',
        '    log.info(request.query.param);\n    const parent = propagation.extract',
      ],
    ),
  },
  {
    name: 'a log line in a trace of its own',
    right: false,
    finding: '09-metrics-and-logs/own-trace',
    says: /trace of its own/,
    ...changed([
      'const parent = propagation.extract(context.active(), request.headers);',
      'const parent = context.active();',
    ]),
  },
  {
    name: 'the solution of the previous step',
    right: false,
    finding: '09-metrics-and-logs/no-counter',
    says: /dice.rolls/,
    files: { 'app.ts': readFileSync(join(import.meta.dirname, '..', '08-context', 'files', 'app.ts'), 'utf8') },
  },
  {
    name: 'code that records no histogram',
    right: false,
    finding: '09-metrics-and-logs/no-histogram',
    says: /dice.rolls \(counter\)/,
    ...changed(['      values.record(result);\n', '']),
  },
  {
    name: 'a counter instead of the histogram',
    right: false,
    finding: '09-metrics-and-logs/no-histogram',
    says: /dice.roll.value \(counter\)/,
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
    finding: '09-metrics-and-logs/no-counter',
    says: /dice.rolls \(gauge\)/,
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
    finding: '09-metrics-and-logs/no-counter',
    says: /dice.rolls \(up-down counter\)/,
    ...changed(["meter.createCounter('dice.rolls'", "meter.createUpDownCounter('dice.rolls'"]),
  },
  {
    name: 'a counter with a wrong name',
    right: false,
    finding: '09-metrics-and-logs/no-counter',
    says: /Call it dice\.rolls, not dice_rolls/,
    ...changed(["'dice.rolls'", "'dice_rolls'"]),
  },
  {
    name: 'a gauge with the right numbers',
    right: false,
    finding: '09-metrics-and-logs/no-counter',
    says: /dice\.rolls \(gauge\)/,
    ...changed(
      [
        "meter.createCounter('dice.rolls', { description: 'How often a die was rolled' })",
        "meter.createGauge('dice.rolls');\nlet rolled = 0",
      ],
      ["rolls.add(1, { 'roll.sides': sides })", 'rolls.record((rolled += 1))'],
    ),
  },
  {
    name: 'a log line without trace and span ids',
    right: false,
    finding: '09-metrics-and-logs/no-ids',
    says: /Does your logger have a mixin\?.*If it does already, the line is not written within your span/,
    ...changed([mixin, '']),
  },
  {
    name: 'a log line with ids that no span has',
    right: false,
    finding: '09-metrics-and-logs/no-span',
    says: /no span/,
    ...changed([
      '{ trace_id: span.traceId, span_id: span.spanId }',
      "{ trace_id: '5b8aa5a2d2c872e8321cf37308d69df2', span_id: '051581bf3cb55c13' }",
    ]),
  },
  {
    name: 'a log line with a wrong message',
    right: false,
    finding: '09-metrics-and-logs/no-record',
    says: /no such line/,
    ...changed(['log.info(request.query.param)', "log.info('asked')"]),
  },
  {
    name: 'metrics that no exporter sends',
    right: false,
    finding: 'settings/exporter',
    hop: 'shape',
    says: /OTEL_METRICS_EXPORTER is none: nothing is sent.*Set OTEL_METRICS_EXPORTER=otlp/,
    files: { 'settings.env': 'INSTRUMENTATION=manual\nOTEL_METRICS_EXPORTER=none' },
  },
];
