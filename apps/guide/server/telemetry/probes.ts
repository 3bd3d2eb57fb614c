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

/** Returns the values of all attributes `probe.id` in log records and in data points of sums and gauges. */
function idsIn({ metrics, logRecords }: JsonObject): string[] {
  const points = objectsIn(metrics).flatMap(({ sum, gauge }) => objectsIn(objectIn(sum ?? gauge)['dataPoints']));
  return [...points, ...objectsIn(logRecords)].flatMap(({ attributes }) => {
    const id = attributesOf(attributes)['probe.id'];
    return typeof id === 'string' && id.length <= 64 ? [id] : [];
  });
}
