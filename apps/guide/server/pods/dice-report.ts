// Calls dice on its port for health checks: reads what dice reports about itself, and asks it to send its telemetry.
// The learner's code runs in that process and could answer anything, so every field is checked and cut to size. The
// report explains, and never proves. A flush makes telemetry arrive sooner, and never replaces it.
import type { Pod } from '../../../../kubernetes/types.ts';
import { PORTS } from '../../../../lab/ports.ts';
import { call } from '../../../../support/http.ts';
import type { Incident, Loss, OpenSpans, Report, Signal, StartedFile } from '../../../telemetry/report.ts';
import { suppressTracing } from '../suppress-tracing.ts';

const TIMEOUT = 1_500; // ms
const FLUSH_TIMEOUT = 2_500; // ms; dice itself answers within 2 s
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
  if (!status?.podIP) return undefined;
  const url = urlOf(status.podIP, port, '/report');
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

const urlOf = (ip: string, port: number, path: string): string =>
  `http://${ip.includes(':') ? `[${ip}]` : ip}:${port}${path}`;

/** Asks the dice in a pod to send its telemetry. @returns whether dice says that it has sent everything */
export async function flushDice({ status }: Pod, port: number = PORTS.health): Promise<boolean> {
  return status?.podIP ? flushAt(urlOf(status.podIP, port, '')) : false;
}

/** Asks the app with this health port to send its telemetry. An app without telemetry has no such command. */
export async function flushAt(url: string): Promise<boolean> {
  const options = { method: 'PUT', signal: AbortSignal.timeout(FLUSH_TIMEOUT), limit: 1_000 };
  return suppressTracing(() => call(`${url}/flush`, options)).then(
    ({ status, body }) => status === 200 && /"flushed":true/.test(body),
    () => false,
  );
}

/** Returns a report with the right types, or undefined if the text is not JSON. */
export function parsedReport(body: string): Report | undefined {
  try {
    const given = objectOf(JSON.parse(body));
    const spans = objectOf(given['spans']);
    return {
      stage: given['stage'] === 'loaded' ? 'loaded' : 'loading',
      level: textOf(given['level']),
      files: filesOf(objectOf(given['files'])),
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
      losses: listOf(given['losses']).flatMap(lossOf),
      recovered: recoveredOf(objectOf(given['recovered'])),
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

const STARTED: readonly StartedFile[] = ['app.ts', 'settings.env'];

/** Returns the hashes of files. A text that is no SHA-256 does not count. */
const filesOf = (given: Fields): Report['files'] =>
  Object.fromEntries(
    STARTED.map((name) => [name, textOf(given[name])] as const).filter(([, hash]) => /^[0-9a-f]{64}$/.test(hash)),
  );

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

const SIGNALS: readonly Signal[] = ['traces', 'metrics', 'logs'];

/** Returns the times of the signals. One that is no number from 0 on does not count: it would mean “just now”. */
const recoveredOf = (given: Fields): Report['recovered'] =>
  Object.fromEntries(
    SIGNALS.flatMap((signal) => {
      const ago = given[signal];
      return typeof ago === 'number' && Number.isFinite(ago) && ago >= 0 ? [[signal, ago]] : [];
    }),
  );

function lossOf({ signal, at, message, count, ago }: Fields): Loss[] {
  const known = SIGNALS.find((one) => one === signal);
  const counts = { count: numberOf(count), ago: numberOf(ago) };
  return known ? [{ signal: known, at: at === 'queue' ? 'queue' : 'export', message: textOf(message), ...counts }] : [];
}
