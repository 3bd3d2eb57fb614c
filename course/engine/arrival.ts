// How long a span takes from its end to Jaeger, by the settings of dice and the Collector's configuration. A check
// waits that long before it says that nothing arrived.
import { numberIn } from '../../apps/telemetry/numbers.ts';

type Settings = Readonly<Record<string, string | undefined>>;

export interface Arrival {
  /** Milliseconds between two exports of the SDK. Spans of one request may leave in two exports. */
  readonly export: number;
  /** Milliseconds from the end of a span to its arrival, at most, on an idle machine. */
  readonly within: number;
  /** The settings that make it slow, in words. Empty if nothing is slow. */
  readonly reason: string;
}

const FLUSHED = 500; // ms between two flushes, by which a check makes dice send its telemetry
const SDK_DEFAULT = 5_000; // ms, https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
const BATCH_DEFAULT = 200; // ms, the lab's own batch processor
const TAIL_DEFAULT = 30_000; // ms, tail_sampling's decision_wait
const LONGEST = 40_000; // ms that a check waits, because a proxy may end a request after a minute
const SLOW = 2_000; // ms from which a delay is worth a word

const units: Record<string, number> = { ms: 1, s: 1_000, m: 60_000 };

function duration(text: string | undefined): number | undefined {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text ?? '') ?? [];
  return amount === undefined ? undefined : Number(amount) * (units[unit] ?? 1);
}

/** Returns the delays that a Collector configuration adds, each with the words that name it. */
function collectorDelays(yaml: string): [string, number][] {
  const batch = duration(/\bbatch(?:\/[\w-]+)?:[\s{]*(?:[\w_]+:\s*\S+[\s,]+)*timeout:\s*["']?(\w+)/.exec(yaml)?.[1]);
  const tail = /^\s+tail_sampling(?:\/[\w-]+)?:/m.test(yaml)
    ? (duration(/\bdecision_wait:\s*["']?(\w+)/.exec(yaml)?.[1]) ?? TAIL_DEFAULT)
    : 0;
  return [
    [`the Collector's batch has timeout ${(batch ?? 0) / 1000}s`, batch ?? BATCH_DEFAULT],
    [`the Collector's tail_sampling waits ${tail / 1000} s for each trace`, tail],
  ];
}

/**
 * Returns when spans arrive.
 * @param settings the settings with which dice runs
 * @param flushes whether dice sends its telemetry whenever the check asks for it
 */
export function arrivalOf(settings: Settings, collectorYaml: string, flushes = false): Arrival {
  const delay = numberIn(settings, 'OTEL_BSP_SCHEDULE_DELAY', SDK_DEFAULT);
  const sdk = flushes ? Math.min(delay, FLUSHED) : delay;
  const delays: [string, number][] = [
    [`spans leave dice every ${sdk / 1000} s (OTEL_BSP_SCHEDULE_DELAY)`, sdk],
    ...collectorDelays(collectorYaml),
  ];
  const sum = delays.reduce((total, [, delay]) => total + delay, 0);
  const reason = delays.flatMap(([words, delay]) => (delay >= SLOW ? [words] : [])).join(', and ');
  return { export: Math.min(sdk, LONGEST), within: Math.min(sum, LONGEST), reason };
}
