// How long a span takes from its end to Jaeger, by the settings of dice and the Collector's configuration. A check
// waits that long before it says that nothing arrived.
import { collectorYaml, tracesProcessors, typeOf } from '../../apps/guide/collector-yaml.ts';
import { milliseconds } from '../../apps/guide/go-duration.ts';
import { numberIn } from '../../apps/telemetry/numbers.ts';

type Settings = Readonly<Record<string, string | undefined>>;

export interface Arrival {
  /** Milliseconds between two exports of the SDK, of spans or of log records. Those of one request may leave in two. */
  readonly export: number;
  /** Milliseconds from the end of a span to its arrival, at most, on an idle machine. */
  readonly within: number;
  /** The settings that make it slow, in words. Empty if nothing is slow. */
  readonly reason: string;
}

const FLUSHED = 500; // ms between two flushes, by which a check makes dice send its telemetry
/** The settings with the time between two exports of a signal, and the SDK's default in milliseconds. */
const SDK: readonly [signal: string, variable: string, byDefault: number][] = [
  // https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
  ['spans', 'OTEL_BSP_SCHEDULE_DELAY', 5_000],
  // The lab sets this one too. Without it, spans are the slower ones.
  ['log records', 'OTEL_BLRP_SCHEDULE_DELAY', 0],
];
const BATCH_DEFAULT = 200; // ms, the lab's own batch processor
const TAIL_DEFAULT = 30_000; // ms, tail_sampling's decision_wait
const LONGEST = 40_000; // ms that a check waits, because a proxy may end a request after a minute
const SLOW = 2_000; // ms from which a delay is worth a word

type Delay = [words: string, milliseconds: number];

/** Returns the delay of the signal that leaves dice last. */
function sdkDelay(settings: Settings, flushes: boolean): Delay {
  const delays = SDK.map(([signal, variable, byDefault]): Delay => {
    const set = numberIn(settings, variable, byDefault);
    const delay = flushes ? Math.min(set, FLUSHED) : set;
    return [`${signal} leave dice every ${delay / 1000} s (${variable})`, delay];
  });
  return delays.reduce((slowest, one) => (one[1] > slowest[1] ? one : slowest));
}

/** Returns the delays of the processors that the traces pipeline lists, each with the words that name it. */
function collectorDelays(yaml: string): Delay[] {
  const defined = collectorYaml(yaml)?.processors ?? {};
  // The lab's own list ends with batch.
  const listed = tracesProcessors(yaml) ?? ['batch'];
  return listed.flatMap((name) => delayOf(name, defined[name] ?? {}));
}

function delayOf(name: string, { timeout, decision_wait: wait }: Readonly<Record<string, unknown>>): Delay[] {
  const [batch, tail] = [milliseconds(timeout) ?? BATCH_DEFAULT, milliseconds(wait) ?? TAIL_DEFAULT];
  if (typeOf(name) === 'batch') return [[`the Collector's ${name} has timeout ${batch / 1000}s`, batch]];
  if (typeOf(name) !== 'tail_sampling') return [];
  return [[`the Collector's ${name} waits ${tail / 1000} s for each trace`, tail]];
}

/**
 * Returns when spans arrive.
 * @param settings the settings with which dice runs
 * @param flushes whether dice sends its telemetry whenever the check asks for it
 */
export function arrivalOf(settings: Settings, yaml: string, flushes = false): Arrival {
  const sdk = sdkDelay(settings, flushes);
  const delays: Delay[] = [sdk, ...collectorDelays(yaml)];
  const sum = delays.reduce((total, [, delay]) => total + delay, 0);
  const reason = delays.flatMap(([words, delay]) => (delay >= SLOW ? [words] : [])).join(', and ');
  return { export: Math.min(sdk[1], LONGEST), within: Math.min(sum, LONGEST), reason };
}
