// Reads what dice reports about itself from its port for health checks. The learner's code runs in that process and
// could answer anything, so every field is checked and cut to size. The report explains; it never proves.
import type { Pod } from '../../../../kubernetes/types.ts';
import { PORTS } from '../../../../lab/ports.ts';
import { call } from '../../../../support/http.ts';
import type { Incident, OpenSpans, Report } from '../../../telemetry/report.ts';
import { suppressTracing } from '../suppress-tracing.ts';

const TIMEOUT = 1_500; // ms
const LIMIT = 64 * 1024; // bytes
const MOST = { items: 20, text: 300 };

/**
 * Reads the report of the dice in a pod.
 * @returns `refused` if nothing listens there yet, `silent` if dice takes the connection and does not answer, and
 * undefined if the answer is not a report
 */
export async function diceReport(
  { status }: Pod,
  port: number = PORTS.health,
): Promise<Report | 'refused' | 'silent' | undefined> {
  const ip = status?.podIP;
  if (!ip) return undefined;
  const url = `http://${ip.includes(':') ? `[${ip}]` : ip}:${port}/report`;
  try {
    const options = { signal: AbortSignal.timeout(TIMEOUT), limit: LIMIT };
    const { status: code, body } = await suppressTracing(() => call(url, options));
    return code === 200 ? parsedReport(body) : undefined;
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException;
    if (code === 'ECONNREFUSED') return 'refused';
    return name === 'TimeoutError' ? 'silent' : undefined;
  }
}

/** Returns a report with the right types, or undefined if the text is not JSON. */
export function parsedReport(body: string): Report | undefined {
  try {
    const given = objectOf(JSON.parse(body));
    const spans = objectOf(given['spans']);
    return {
      stage: given['stage'] === 'loaded' ? 'loaded' : 'loading',
      level: textOf(given['level']),
      port: numberOf(given['port']),
      listening: listOf(given['listening']).map(({ address, port }) => ({
        address: textOf(address),
        port: numberOf(port),
      })),
      sampler: textOf(given['sampler']),
      instrumentations: textsOf(given['instrumentations']),
      mistakes: textsOf(given['mistakes']),
      spans: {
        started: numberOf(spans['started']),
        ended: numberOf(spans['ended']),
        open: listOf(spans['open']).map(openSpansOf),
      },
      refused: listOf(given['refused']).map(incidentOf),
      exporterErrors: listOf(given['exporterErrors']).map(incidentOf),
      exceptions: listOf(given['exceptions']).map(incidentOf),
    };
  } catch {
    return undefined;
  }
}

type Fields = Readonly<Record<string, unknown>>;

const objectOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
const itemsOf = (value: unknown): unknown[] => (Array.isArray(value) ? value.slice(0, MOST.items) : []);
const listOf = (value: unknown): Fields[] => itemsOf(value).map(objectOf);
const textsOf = (value: unknown): string[] => itemsOf(value).map(textOf);
const textOf = (value: unknown): string => (typeof value === 'string' ? value.slice(0, MOST.text) : '');
const numberOf = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);

const openSpansOf = ({ name, scope, count, oldest }: Fields): OpenSpans => ({
  name: textOf(name),
  scope: textOf(scope),
  count: numberOf(count),
  oldest: numberOf(oldest),
});

const incidentOf = ({ message, line, count, ago }: Fields): Incident => ({
  message: textOf(message),
  ...(Number.isInteger(line) && Number(line) > 0 ? { line: Number(line) } : {}),
  count: numberOf(count),
  ago: numberOf(ago),
});
