// Remembers the last probes that have arrived: telemetry that the guide itself sends through the Collector to find out
// whether the path works. Probes are kept nowhere else.
import { PROBE_SCOPE } from '../../../../lab/names.ts';
import { attributesOf } from '../../../../otlp/attributes.ts';
import { objectIn, objectsIn } from '../../../../otlp/json.ts';
import type { JsonObject } from '../../../../otlp/json.ts';

const MOST = 32;
export type TelemetrySignal = 'metrics' | 'logs';

const fields = { metrics: ['resourceMetrics', 'scopeMetrics'], logs: ['resourceLogs', 'scopeLogs'] } as const;

const isProbe = ({ scope }: JsonObject): boolean => objectIn(scope)['name'] === PROBE_SCOPE;

export class Probes {
  readonly #ids: Record<TelemetrySignal, string[]> = { metrics: [], logs: [] };

  has(signal: TelemetrySignal, id: string): boolean {
    return this.#ids[signal].includes(id);
  }

  /** Remembers the probes in a request of OTLP JSON. @returns the request without them */
  take(signal: TelemetrySignal, document: unknown): JsonObject {
    const [resources, scopes] = fields[signal];
    const all = objectsIn(objectIn(document)[resources]);
    if (!all.some((one) => objectsIn(one[scopes]).some(isProbe))) return objectIn(document);
    const rest = all.map((one) => ({ ...one, [scopes]: this.#withoutProbes(signal, objectsIn(one[scopes])) }));
    return { [resources]: rest };
  }

  #withoutProbes(signal: TelemetrySignal, scopes: readonly JsonObject[]): JsonObject[] {
    const found = scopes.filter(isProbe).flatMap(idsIn);
    this.#ids[signal] = [...this.#ids[signal], ...found].slice(-MOST);
    return scopes.filter((scope) => !isProbe(scope));
  }
}

/** Returns the ids of probes: the values of gauges, and those of the attribute `probe.id` in log records. */
function idsIn({ metrics, logRecords }: JsonObject): string[] {
  const points = objectsIn(metrics).flatMap(({ gauge }) => objectsIn(objectIn(gauge)['dataPoints']));
  const records = objectsIn(logRecords).map(({ attributes }) => attributesOf(attributes)['probe.id']);
  return [...points.map(({ asInt }) => asInt), ...records].filter(isId);
}

const isId = (value: unknown): value is string => typeof value === 'string' && value.length <= 64;
