// The API's routes for the lab: they send requests to dice, set the load, switch faults, search traces, and report why
// there is no telemetry.
import { readFileSync } from 'node:fs';
import { Router } from 'express';
import type { Request, Response } from 'express';
import { FAULTS, isFault } from '../../../../lab/faults.ts';
import { SetByClassError, TITLES } from '../lab/faults.ts';
import type { Faults } from '../lab/faults.ts';
import { maxPerMinute } from '../lab/load.ts';
import type { Load } from '../lab/load.ts';
import type { LiveRequirements } from '../live-requirements.ts';
import { visit } from '../lab/visit.ts';
import { diagnosePipeline } from '../lab/diagnose-pipeline.ts';
import type { Lab } from '../lab/environment.ts';
import { suppressTracing } from '../suppress-tracing.ts';
import { poll } from '../../../../support/waiting.ts';
import { recentTraces } from '../../../../otlp/traces.ts';
import { diagnosedParts } from '../../contract.ts';
import type { Instrumentation } from '../../contract.ts';
import { editingDisabled } from './files.ts';
import { areAnswers } from './course.ts';
import { refuse } from './errors.ts';

export interface LabParts {
  lab: Lab;
  load: Load;
  live: LiveRequirements;
  faults: Faults | undefined;
  instrumentations: string;
}

export function labApi({ lab, load, live, faults: switches, instrumentations }: LabParts): Router {
  const router = Router();
  router.post('/visit', (request, response) => visitDice({ lab, live }, request, response));
  router.get('/load', (_request, response) => void response.json({ perMinute: load.perMinute }));
  router.put('/load', (request, response) => setLoad(load, request, response));
  router.get('/faults', async (_request, response) => {
    if (!switches) return refuse(response, editingDisabled, 503);
    response.json(listOf(await switches.names()));
  });
  router.put('/faults', (request, response) => setFault(switches, request, response));
  router.get('/why', (request, response) => why(lab, request, response));
  router.get('/traces', (request, response) => search(lab, request, response));
  router.get(
    '/instrumentations',
    (request, response) => void response.json({ instrumentations: matching(instrumentations, request.query['q']) }),
  );
  return router;
}

const listOf = (on: readonly string[]) => ({
  faults: FAULTS.map((name) => ({ name, title: TITLES[name], on: on.includes(name) })),
});

/**
 * Paths of dice that a learner may request through the guide. The guide forwards no other path, and to no other app.
 */
const paths = /^\/(visit|rolldice|server_request)?(\?[\w=&%.+-]{0,200})?$/;

/** Waits while an older pod of dice may still answer. A page knows which pod has answered, and a terminal doesn't. */
async function untilNewestAnswers({ outdated }: Lab): Promise<void> {
  const isNewest = async () => ((await outdated?.('dice').catch(() => undefined))?.passes === true ? undefined : true);
  await poll(isNewest, { within: 5_000 });
}

async function visitDice({ lab, live }: Pick<LabParts, 'lab' | 'live'>, { body: sent }: Request, response: Response) {
  const { path, newest, step, answers = {} } = (sent ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof path !== 'string' || !paths.test(path))
    return refuse(response, 'expected "path" to be /, /visit, /rolldice or /server_request?param=…');
  if (!areAnswers(answers)) return refuse(response, 'expected "answers" to be an object of short texts');
  if (newest === true) await untilNewestAnswers(lab);
  const send = () => visit({ url: lab.dice, path, collector: lab.collector });
  const { status, body, traceId } = await live.ask(path, { step: textOf(step), answers }, send);
  response.json({ status, body, trace: traceId });
}

/** Answers with all hops, or with those of the parts that `of` names, separated by commas. */
async function why(lab: Lab, { query }: Request, response: Response): Promise<void> {
  const names = (textOf(query['of']) ?? diagnosedParts.join(',')).split(',');
  const parts = diagnosedParts.filter((part) => names.includes(part));
  if (parts.length < names.length) return refuse(response, `expected "of" to be some of ${diagnosedParts.join(', ')}`);
  response.json({ hops: await diagnosePipeline(lab, parts) });
}

function setLoad(load: Load, request: Request, response: Response): void {
  const { perMinute } = (request.body ?? {}) as { perMinute?: unknown };
  if (typeof perMinute !== 'number' || !Number.isInteger(perMinute) || perMinute < 0 || perMinute > maxPerMinute)
    return refuse(response, `expected "perMinute" to be a whole number from 0 to ${maxPerMinute}`);
  load.set(perMinute);
  response.json({ perMinute });
}

async function setFault(switches: Faults | undefined, request: Request, response: Response): Promise<void> {
  if (!switches) return refuse(response, editingDisabled, 503);
  const { name, on } = (request.body ?? {}) as { name?: unknown; on?: unknown };
  if (!isFault(name) || typeof on !== 'boolean')
    return refuse(response, `expected "name" (one of ${FAULTS.join(', ')}) and "on" (true or false)`);
  try {
    response.json(listOf(await switches.set(name, on)));
  } catch (error) {
    if (!(error instanceof SetByClassError)) throw error;
    refuse(response, error.message, 409);
  }
}

async function search(lab: Lab, request: Request, response: Response): Promise<void> {
  const service = textOf(request.query['service']) ?? 'dice';
  const limit = Math.min(Math.max(Math.trunc(Number(request.query['limit'] ?? 20)) || 1, 1), 100);
  const [since, until] = [
    Number(request.query['since'] ?? Date.now() - 3_600_000),
    Number(request.query['until'] ?? Date.now() + 60_000),
  ];
  if (!/^[\w.-]{1,100}$/.test(service) || !Number.isFinite(since) || !Number.isFinite(until))
    return refuse(response, 'expected "service" to be a name, "since" and "until" milliseconds since 1970');
  const traces = await suppressTracing(() =>
    recentTraces(lab.jaeger, service, { limit, within: Math.max(Date.now() - since, 1_000), until }),
  );
  response.json({
    traces: traces
      .filter(({ start }) => start >= since && start <= until)
      .slice(0, limit)
      .map(({ traceId, start, duration, services, roots }) => ({ traceId, start, duration, services, roots })),
  });
}

/** Returns the instrumentation libraries that match all words of `q`. The list was written when the image was built. */
function matching(file: string, q: unknown): Instrumentation[] {
  const all = JSON.parse(readFileSync(file, 'utf8')) as Instrumentation[];
  const words = (textOf(q) ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return all.filter((library) => words.every((word) => Object.values(library).join(' ').toLowerCase().includes(word)));
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
