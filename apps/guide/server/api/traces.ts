// The routes GET /api/traces/:id, which returns a trace, and GET /api/status, which returns which parts of the lab
// answer.
import type { Express } from 'express';
import { traceFromJaeger, traceIdIn } from '../../../../otlp/traces.ts';
import type { GuideSettings } from '../settings.ts';
import { statusOf } from '../status.ts';
import { refuse } from './errors.ts';

export function addTraceApi(app: Express, jaeger: string): void {
  app.get('/api/traces/:id', async (request, response) => {
    const id = traceIdIn(request.params.id);
    if (id === undefined) return refuse(response, 'expected a trace id: 32 hexadecimal digits');
    const trace = await traceFromJaeger(jaeger, id);
    // A page that waits for a trace asks like this, so that the browser's console shows no error meanwhile.
    if (!trace && request.query.absent === '204') return void response.status(204).end();
    if (!trace) return refuse(response, `expected trace ${id} in Jaeger, found none`, 404);
    const { traceId, services, start, duration, roots } = trace;
    response.json({ traceId, services, start, duration, roots });
  });
}

export function addStatusApi(app: Express, { level, backends }: GuideSettings, hasUi: () => Promise<boolean>): void {
  app.get('/api/status', async (_request, response) => {
    response.json({ instrumentation: level, jaegerUi: await hasUi(), parts: await statusOf(backends) });
  });
}
