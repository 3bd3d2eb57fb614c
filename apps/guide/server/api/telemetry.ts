// The API's routes for metrics and log records that the guide has received.
import { Router } from 'express';
import type { Request, Response } from 'express';
import { SEVERITIES } from '../../../../otlp/logs.ts';
import type { Dropped, Severity, SignalState } from '../../explore-contract.ts';
import type { NewestLosses } from '../lab/losses.ts';
import { MINUTES } from '../telemetry/grid.ts';
import type { LogQuery } from '../telemetry/log-store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { suppressTracing } from '../suppress-tracing.ts';
import { refuse } from './errors.ts';

const LONGEST = 200;
const MOST_RECORDS = 500;
const severities: readonly Severity[] = [...SEVERITIES, 'unspecified'];

/** What the routes read. */
interface Sources {
  readonly telemetry: Telemetry;
  readonly losses: NewestLosses;
}

export function telemetryApi(sources: Sources): Router {
  const router = Router();
  router.get('/charts', (request, response) => charts(sources, request, response));
  router.get('/metrics', (request, response) => instruments(sources, request, response));
  router.get('/metrics/otlp', (request, response) => newestExport(sources, request, response));
  router.get('/logs', (request, response) => logs(sources, request, response));
  return router;
}

/**
 * Returns an answer with everything that was lost on the way to the page, and not only in the guide. An answer from
 * Prometheus has what did not come to the guide.
 */
const withLosses = <T extends { readonly state: SignalState }>(answer: T, losses: readonly Dropped[]): T => {
  const isOwn = answer.state.source === 'memory';
  return { ...answer, state: { ...answer.state, dropped: losses.filter(({ to }) => isOwn || to !== 'the guide') } };
};

async function charts({ telemetry, losses }: Sources, { query }: Request, response: Response): Promise<void> {
  const minutes = minutesIn(query);
  if (minutes === undefined) return refuse(response, expectedMinutes);
  const answer = await suppressTracing(() => telemetry.metrics.charts(minutes));
  response.json(withLosses(answer, losses.of('charts')));
}

async function instruments({ telemetry, losses }: Sources, { query }: Request, response: Response): Promise<void> {
  const [minutes, service] = [minutesIn(query), textIn(query, 'service')];
  if (minutes === undefined) return refuse(response, expectedMinutes);
  if (!service) return refuse(response, expectedText('service'));
  const answer = await suppressTracing(() => telemetry.metrics.instruments(service, minutes));
  response.json(withLosses(answer, losses.of('metrics')));
}

function newestExport({ telemetry }: Sources, { query }: Request, response: Response): void {
  const [service, name] = [textIn(query, 'service'), textIn(query, 'name')];
  if (!service || !name) return refuse(response, expectedText('service" and "name'));
  const found = telemetry.newestExport(service, name);
  if (!found) return refuse(response, `expected an export of ${name} from ${service}, found none`, 404);
  response.json(found);
}

function logs({ telemetry, losses }: Sources, { query }: Request, response: Response): void {
  const parsed = logQueryIn(query);
  if (typeof parsed === 'string') return refuse(response, parsed);
  response.json(withLosses(telemetry.logs.query(parsed), losses.of('logs')));
}

type Query = Request['query'];

const expectedMinutes = `expected "minutes" to be a whole number from 1 to ${MINUTES}`;
const expectedText = (name: string): string => `expected "${name}" to be a text of at most ${LONGEST} characters`;

/** Returns a parameter as a whole number. @returns undefined if it is no such number or out of range */
function numberIn(query: Query, name: string, { from, to, byDefault }: Record<'from' | 'to' | 'byDefault', number>) {
  const number = query[name] === undefined ? byDefault : Number(query[name] === '' ? NaN : query[name]);
  return Number.isInteger(number) && number >= from && number <= to ? number : undefined;
}

const minutesIn = (query: Query): number | undefined =>
  numberIn(query, 'minutes', { from: 1, to: MINUTES, byDefault: MINUTES });

/** Returns a text, or '' if there is none. @returns undefined if it is too long, or several */
function textIn(query: Query, name: string): string | undefined {
  const text = query[name] ?? '';
  return typeof text === 'string' && text.length <= LONGEST ? text : undefined;
}

/** Returns a query for log records, or what was expected instead. */
function logQueryIn(query: Query): LogQuery | string {
  const after = numberIn(query, 'after', { from: 0, to: Number.MAX_SAFE_INTEGER, byDefault: 0 });
  const limit = numberIn(query, 'limit', { from: 1, to: MOST_RECORDS, byDefault: MOST_RECORDS });
  const [service, text, traceId, severity] = ['service', 'text', 'traceId', 'severity'].map((name) =>
    textIn(query, name),
  );
  if (after === undefined) return 'expected "after" to be the id of a log record, a whole number';
  if (limit === undefined) return `expected "limit" to be a whole number from 1 to ${MOST_RECORDS}`;
  if (service === undefined || text === undefined) return expectedText('service" and "text');
  if (traceId === undefined || !/^([0-9a-f]{32})?$/.test(traceId))
    return 'expected "traceId" to be 32 hexadecimal digits in lower case';
  if (!isSeverity(severity)) return `expected "severity" to be one of ${severities.join(', ')}`;
  return withoutEmpty({ after, limit, service, text, traceId, severity });
}

const isSeverity = (text: string | undefined): text is Severity | '' =>
  text === '' || severities.some((severity) => severity === text);

const withoutEmpty = (query: Record<string, unknown>): LogQuery =>
  Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''));
