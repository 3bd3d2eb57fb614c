// The route GET /api/quality, which lists what is wrong with the telemetry of dice.
import { Router } from 'express';
import type { Request, Response } from 'express';
import { qualityReport } from '../quality/report.ts';
import type { QualitySources } from '../quality/report.ts';
import { suppressTracing } from '../suppress-tracing.ts';
import { refuse } from './errors.ts';

const LONGEST = 3_600_000; // ms

export function qualityApi(sources: QualitySources): Router {
  const router = Router();
  router.get('/', (request, response) => report(sources, request, response));
  return router;
}

async function report(sources: QualitySources, { query }: Request, response: Response): Promise<void> {
  const within = Number(query['within'] ?? NaN);
  if (!Number.isInteger(within) || within < 1 || within > LONGEST)
    return refuse(response, `expected "within" to be a whole number of milliseconds from 1 to ${LONGEST}`);
  const now = Date.now();
  response.json(await suppressTracing(() => qualityReport(sources, { now, since: now - within })));
}
