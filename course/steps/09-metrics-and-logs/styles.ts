// Right solutions of step 9 as different people write them. They have read only the step's text.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { edited } from '../../harness/check-harness.ts';
import type { Solution } from '../../harness/check-harness.ts';

const before = readFileSync(join(import.meta.dirname, '..', '08-context', 'files', 'app.ts'), 'utf8');
const API = 'import { context, propagation,';
const LOG = 'const log = pino();';
const ROLLED = "      rollSpan.addEvent('rolled', { 'roll.value': result });\n";
const MIXIN =
  'const log = pino({ mixin: () => ids() });\nconst ids = () => {\n' +
  '  const { traceId, spanId } = trace.getActiveSpan()?.spanContext() ?? {};\n' +
  '  return traceId ? { trace_id: traceId, span_id: spanId } : {};\n};';

/** Returns the code of the step before, with instruments, with what each roll does with them, and with a logger. */
const dice = (instruments: string, each: string, logger = MIXIN) =>
  edited(
    before,
    [API, 'import { context, metrics, propagation,'],
    [LOG, `${instruments}\n${logger}`],
    [ROLLED, ROLLED + each],
  );
const settings = (...lines: string[]) => ['INSTRUMENTATION=manual', ...lines].join('\n');

const INSTRUMENTS = `const meter = metrics.getMeter('dice', '1.0.0');
const rollCounter = meter.createCounter('dice.rolls', { unit: '{roll}', valueType: 0 });
const rollValues = meter.createHistogram('dice.roll.value', { unit: '1', description: 'what was rolled' });`;
const EACH = 'rollCounter.add(1);\nrollValues.record(result);\n';
const usual = dice(INSTRUMENTS, EACH);

const byClass = `class DiceMetrics {
  static #meter = metrics.getMeter('dice');
  readonly #rolls = DiceMetrics.#meter.createCounter('dice.rolls');
  readonly #values = DiceMetrics.#meter.createHistogram('dice.roll.value', {
    advice: { explicitBucketBoundaries: [1, 10, 100, 1000] },
  });
  observe(value: number, attributes = {}) {
    this.#rolls.add(1, attributes);
    this.#values.record(value, attributes);
  }
}
const diceMetrics = new DiceMetrics();`;

const flow = 'exporters: { debug: { verbosity: detailed, sampling_initial: 5, sampling_thereafter: 1 } }\n';
const block = 'exporters:\n  debug:\n    verbosity: "detailed" # prints each metric\n';
const delta = 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=delta';

export const styles: Solution[] = [
  {
    name: 'delta temporality',
    right: true,
    chance: true,
    files: { 'app.ts': usual, 'settings.env': settings('OTEL_METRIC_EXPORT_INTERVAL=2000', delta) },
  },
  {
    name: 'delta temporality in capital letters, and verbosity in quotes',
    right: true,
    files: {
      'app.ts': usual,
      'settings.env': settings('OTEL_METRIC_EXPORT_INTERVAL=1000', delta.replace('=delta', '=DELTA')),
      'collector.yaml': "exporters: { debug: { verbosity: 'detailed' } }",
    },
  },
  {
    name: 'metrics that leave every ten seconds',
    right: true,
    files: { 'app.ts': usual, 'settings.env': settings('OTEL_METRIC_EXPORT_INTERVAL=10000'), 'collector.yaml': flow },
  },
  {
    name: 'metrics that leave once a minute, with delta temporality',
    right: true,
    files: { 'app.ts': usual, 'settings.env': settings('OTEL_METRIC_EXPORT_INTERVAL=60000', delta) },
  },
  {
    name: 'a class with both instruments, and attributes for each number of sides',
    right: true,
    files: {
      'app.ts': dice(byClass, "diceMetrics.observe(result, { sides, 'roll.even': result % 2 === 0 });\n"),
      'collector.yaml': block,
    },
  },
  {
    name: 'a logger that writes the ids of its bindings, with a message',
    right: true,
    files: {
      'app.ts': edited(dice(INSTRUMENTS, EACH, 'const log = pino({ base: null, timestamp: false });'), [
        '  log.info(request.query.param);',
        '  const { traceId, spanId } = trace.getActiveSpan()!.spanContext();\n' +
          "  log.child({ trace_id: traceId, span_id: spanId }).warn('asked with %s', request.query.param);",
      ]),
    },
  },
  {
    name: 'metrics recorded by a function around doRoll',
    right: true,
    files: {
      'app.ts': edited(
        dice(
          `${INSTRUMENTS}
function counted<T extends number>(value: T): T {
  rollValues.record(value);
  rollCounter.add(1, { parity: value % 2 === 0 ? 'even' : 'odd' });
  return value;
}`,
          '',
        ),
        ['response.send(String(doRoll(', 'response.send(String(counted(doRoll('],
        ['request.query.sides ?? 6))));', 'request.query.sides ?? 6)))));'],
      ),
    },
  },
];
