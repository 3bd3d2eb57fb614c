// The route POST /api/rounds: plays a round at the arcade. The guide's own span is the root of the round's trace.
import type { Express, Request, Response } from 'express';
import { call } from '../../../../support/http.ts';
import type { createLogger } from '../../../telemetry/logger.ts';
import { injectContext, withServerSpan } from '../../../telemetry/manual.ts';
import { sameOriginOnly } from './csrf.ts';

export function addRoundsApi(app: Express, arcade: string, log: ReturnType<typeof createLogger>): void {
  const play = async (request: Request, response: Response): Promise<void> => {
    const player = typeof request.query.player === 'string' ? request.query.player : 'you';
    const answer = await call(`${arcade}/play?player=${encodeURIComponent(player)}`, {
      headers: injectContext({ 'user-agent': request.get('user-agent') ?? 'unknown' }),
      signal: AbortSignal.timeout(10_000),
    });
    log.info({ player, status: answer.status }, 'played a round');
    response.status(answer.status).type('json').send(answer.body);
  };
  app.post('/api/rounds', sameOriginOnly, withServerSpan('/api/rounds', play));
}
