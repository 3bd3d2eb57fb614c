// The route POST /api/rounds: plays a round at the arcade. The guide's own span is the root of the round's trace.
import type { Express, Request, RequestHandler, Response } from 'express';
import { call } from '../../../../support/http.ts';
import type { createLogger } from '../../../telemetry/logger.ts';
import { injectContext, withServerSpan } from '../../../telemetry/manual.ts';

interface RoundsOptions {
  /** URL of the arcade. */
  readonly arcade: string;
  readonly log: ReturnType<typeof createLogger>;
  /** Refuses a request that another site may have sent. */
  readonly ownPagesOnly: RequestHandler;
}

export function addRoundsApi(app: Express, { arcade, log, ownPagesOnly }: RoundsOptions): void {
  const play = async (request: Request, response: Response): Promise<void> => {
    const player = typeof request.query.player === 'string' ? request.query.player : 'you';
    const answer = await call(`${arcade}/play?player=${encodeURIComponent(player)}`, {
      headers: injectContext({ 'user-agent': request.get('user-agent') ?? 'unknown' }),
      signal: AbortSignal.timeout(10_000),
    });
    log.info({ player, status: answer.status }, 'played a round');
    response.status(answer.status).type('json').send(answer.body);
  };
  app.post('/api/rounds', ownPagesOnly, withServerSpan('/api/rounds', play));
}
