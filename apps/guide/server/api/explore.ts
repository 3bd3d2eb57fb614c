// The routes of the page "Explore" for traces: GET /api/explore/traces returns all traces in pages, and
// GET /api/explore/traces/:id returns one trace with its log records.
import type { Express, Request, Response } from 'express';
import { traceFromJaeger } from '../../../../otlp/traces.ts';
import type { TracePage, TraceWithLogs } from '../../explore-contract.ts';
import { TracePages } from '../lab/trace-pages.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { refuse } from './errors.ts';

/** Most traces of a page, and most log records of a trace: the newest. */
const LIMIT = 200;
const LOGS = 500;

/** Clocks may differ, so a trace may start later than now. */
const AHEAD = 60_000;

/**
 * Adds the routes.
 * @param jaeger URL of Jaeger's query service with its base path
 * @param telemetry has the log records, if the guide receives any
 */
export function addExploreApi(app: Express, jaeger: string, telemetry?: Pick<Telemetry, 'logs'>): void {
  const pages = new TracePages(jaeger);
  app.get('/api/explore/traces', (request, response) => sendPage(pages, request, response));
  app.get('/api/explore/traces/:id', async (request, response) => {
    const { id } = request.params;
    if (!/^[0-9a-f]{32}$/.test(id)) return refuse(response, 'expected a trace id: 32 hexadecimal digits');
    const trace = await traceFromJaeger(jaeger, id);
    // A page that waits for a trace asks like this, so that the browser's console shows no error meanwhile.
    if (!trace && request.query['absent'] === '204') return void response.status(204).end();
    if (!trace) return refuse(response, `expected trace ${id} in Jaeger, found none`, 404);
    const { traceId, services, start, duration, roots } = trace;
    const logs = telemetry?.logs.query({ traceId: id, limit: LOGS }).records ?? [];
    response.json({ traceId, services, start, duration, roots, logs } satisfies TraceWithLogs);
  });
}

async function sendPage(pages: TracePages, { query }: Request, response: Response): Promise<void> {
  const until = numberIn(query['until'], Date.now() + AHEAD);
  const limit = numberIn(query['limit'], LIMIT);
  if (!(until > 0 && until <= 8.64e15)) return refuse(response, 'expected "until" to be milliseconds since 1970');
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT)
    return refuse(response, `expected "limit" to be a whole number from 1 to ${LIMIT}`);
  const page = await pages.page(until, limit);
  const oldest = query['oldest'] === 'true' ? await pages.oldest(page) : undefined;
  response.json({ ...page, ...(oldest !== undefined && { oldest }) } satisfies TracePage);
}

/** Returns a parameter of the query as number: `absent` if it is missing, NaN if it is no number. */
function numberIn(value: unknown, absent: number): number {
  if (value === undefined) return absent;
  return typeof value === 'string' && value !== '' ? Number(value) : Number.NaN;
}
