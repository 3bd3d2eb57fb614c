// Generates metrics for tests of step 9: exports of dice as OTLP JSON, and the guide's memory for them.
import { InstrumentStore } from '../../apps/guide/server/telemetry/instrument-store.ts';
import type { InstrumentTotals } from '../../apps/guide/server/telemetry/instrument.ts';
import { Losses } from '../../apps/guide/server/telemetry/losses.ts';
import { metricsFromOtlp } from '../../otlp/metrics.ts';
import type { Random } from './generated.ts';

export interface Numbers {
  readonly counter: number;
  readonly count: number;
  readonly sum: number;
}
/** What a learner's code adds for a roll. */
export type Code = (value: number, random: Random) => Numbers;

export const BEGUN = Date.UTC(2026, 10, 29, 9, 34, 48, 123);
const NOW = BEGUN + 60_000;

export interface ExportOptions {
  readonly service?: string;
  readonly pod?: string;
  readonly start?: number;
  readonly time: number;
  readonly isDelta?: boolean;
  /** Whether the histogram is a gauge in fact. */
  readonly isGauge?: boolean;
}

/** Returns an export of dice as OTLP JSON. The counter has two attribute sets. */
export function exported(
  { counter, count, sum }: Numbers,
  { service = 'my-dice', pod = 'new', start = BEGUN, time, isDelta = false, isGauge = false }: ExportOptions,
): object {
  const times = { startTimeUnixNano: `${start}000000`, timeUnixNano: `${time}000000` };
  const aggregationTemporality = isDelta ? 1 : 2;
  const sided = { attributes: [{ key: 'roll.sides', value: { intValue: '6' } }] };
  const points = [
    { ...times, ...sided, asInt: String(counter - 1) },
    { ...times, asInt: '1' },
  ];
  const dataPoints = counter > 0 ? points : [];
  const values = isGauge
    ? { gauge: { dataPoints: [{ ...times, asInt: '3' }] } }
    : { histogram: { aggregationTemporality, dataPoints: count > 0 ? [{ ...times, count: String(count), sum }] : [] } };
  const metrics = [
    { name: 'dice.rolls', sum: { isMonotonic: true, aggregationTemporality, dataPoints } },
    { name: 'dice.roll.value', ...values },
  ];
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const resource = { attributes: [text('service.name', service), text('k8s.pod.name', pod)] };
  return { resourceMetrics: [{ resource, scopeMetrics: [{ scope: { name: 'dice' }, metrics }] }] };
}

/** Returns what a guide has of these exports, which it has received one after another. */
export function totalsOf(...exports: object[]): InstrumentTotals[] {
  const guide = newGuide();
  exports.forEach((one) => guide.accept(one));
  return guide.totals();
}

export interface Guide {
  accept(document: object): void;
  totals(): InstrumentTotals[];
}

/** Makes a memory like the guide's, without its charts and logs. */
export function newGuide(): Guide {
  const store = new InstrumentStore(new Losses('metrics'), () => NOW);
  return {
    accept: (document) => metricsFromOtlp(document).forEach((metric) => store.add(metric)),
    totals: () => store.totals(),
  };
}

export const step: Code = (value) => ({ counter: 1, count: 1, sum: value });

/** Records each roll when the next one is made. */
export function lagging(): Code {
  let last = 1;
  return (value) => {
    const sum = last;
    last = value;
    return { counter: 1, count: 1, sum };
  };
}

export const plus = (a: Numbers, b: Numbers): Numbers => ({
  counter: a.counter + b.counter,
  count: a.count + b.count,
  sum: a.sum + b.sum,
});
