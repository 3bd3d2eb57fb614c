// The routes of the page "Explore" for traces: GET /api/explore/traces returns all traces in pages, and
// GET /api/explore/traces/:id returns one trace with its log records.
import type { Express, Request, Response } from 'express';
import { traceFromJaeger, traceIdIn } from '../../../../otlp/traces.ts';
import type { TracePage, TraceWithLogs } from '../../explore-contract.ts';
import { TracePages } from '../lab/trace-pages.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { refuse } from './errors.ts';

/** Most traces of a page, and most log records of a trace: the newest. */
const LIMIT = 200;
const LOGS = 500;

/** Clocks may differ, so a trace may start later than now. */
const AHEAD = 60_000;

export interface ExploreSources {
  /** URL of Jaeger's query service with its base path. */
  readonly jaeger: string;
  /** How many traces Jaeger keeps at most, if that is known. */
  readonly keeps: number | undefined;
  /** Has the log records, if the guide receives any. */
  readonly telemetry: Pick<Telemetry, 'logs'> | undefined;
}

/** Adds the routes. */
export function addExploreApi(app: Express, { jaeger, keeps, telemetry }: ExploreSources): void {
  const pages = new TracePages(jaeger);
  const known = keeps === undefined ? {} : { keeps };
  app.get('/api/explore/traces', async (request, response) => {
    const page = await pageFor(pages, request, response);
    if (page) response.json({ ...page, ...known } satisfies TracePage);
  });
  app.get('/api/explore/traces/:id', async (request, response) => {
    const id = traceIdIn(request.params.id);
    if (id === undefined) return refuse(response, 'expected a trace id: 32 hexadecimal digits');
    const trace = await traceFromJaeger(jaeger, id);
    // A page that waits for a trace asks like this, so that the browser's console shows no error meanwhile.
    if (!trace && request.query['absent'] === '204') return void response.status(204).end();
    if (!trace) return refuse(response, `expected trace ${id} in Jaeger, found none`, 404);
    const { traceId, services, start, duration, roots } = trace;
    const logs = telemetry?.logs.query({ traceId: id, limit: LOGS }).records ?? [];
    response.json({ traceId, services, start, duration, roots, logs } satisfies TraceWithLogs);
  });
}

/** Returns the page that a request asks for. Refuses what it does not understand, and returns undefined then. */
async function pageFor(pages: TracePages, { query }: Request, response: Response): Promise<TracePage | undefined> {
  const until = numberIn(query['until'], Date.now() + AHEAD);
  const limit = numberIn(query['limit'], LIMIT);
  const problem = problemWith(until, limit);
  if (problem !== undefined) return void refuse(response, problem);
  const page = await pages.page(until, limit);
  const whole = query['until'] === undefined ? withAhead(page, await pages.ahead(until)) : page;
  const oldest = query['oldest'] === 'true' ? await pages.oldest(page) : undefined;
  return { ...whole, ...(oldest !== undefined && { oldest }) };
}

const withAhead = (
  page: TracePage,
  { ahead, bytes, skipped }: Awaited<ReturnType<TracePages['ahead']>>,
): TracePage => ({
  ...page,
  ...(ahead.length > 0 && { ahead }),
  bytes: page.bytes + bytes,
  skipped: page.skipped + skipped,
});

function problemWith(until: number, limit: number): string | undefined {
  if (!(until > 0 && until <= 8.64e15)) return 'expected "until" to be milliseconds since 1970';
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT)
    return `expected "limit" to be a whole number from 1 to ${LIMIT}`;
  return undefined;
}

/** Returns a parameter of the query as number: `absent` if it is missing, NaN if it is no number. */
function numberIn(value: unknown, absent: number): number {
  if (value === undefined) return absent;
  return typeof value === 'string' && value !== '' ? Number(value) : Number.NaN;
}
