// The routes /api/terminal: POST starts the pod of the terminal, and GET /shell opens a shell in it as a WebSocket.
import { Router } from 'express';
import type { Request, RequestHandler, Response } from 'express';
import { ApiError } from '../../../../kubernetes/api.ts';
import { mayOpenTerminal } from '../portal.ts';
import { Shells } from '../terminal/shells.ts';
import { TerminalError } from '../terminal/terminal-error.ts';
import { TerminalPod } from '../terminal/terminal-pod.ts';
import type { TerminalSettings } from '../terminal/terminal-pod.ts';
import { isUpgrade, switchProtocols } from '../terminal/upgrade.ts';
import type { Kube } from '../kube.ts';
import { refuse } from './errors.ts';

export interface TerminalApiOptions {
  readonly kube: Kube | undefined;
  /** Undefined if the lab has no terminal. */
  readonly settings: TerminalSettings | undefined;
  /** Name of the guide's own pod. */
  readonly guidePod: string;
  /** Whether a page of the guide itself has sent the request. No header that only our pages can set says so. */
  readonly isFromOwnPage: (request: Request) => boolean;
  /** Is called when the pod of the terminal could not be removed. */
  readonly onTrouble: (error: unknown) => void;
}

export function terminalApi({ kube, settings, guidePod, isFromOwnPage, onTrouble }: TerminalApiOptions): Router {
  const router = Router();
  if (!kube || !settings) {
    router.use((_request, response) => refuse(response, 'expected a seat with a terminal, found a lab without', 404));
    return router;
  }
  const pod = new TerminalPod(kube, settings, guidePod);
  const shells = new Shells({ kube, pod, idleMs: settings.idleMs, onTrouble });
  router.use(learnersOnly);
  router.post('/', async (_request, response) => {
    await answering(response, () => shells.prepare());
    if (!response.headersSent) response.status(204).end();
  });
  router.get('/shell', async (request, response) => {
    if (!isUpgrade(request)) return refuse(response, 'expected a WebSocket, found another request', 426);
    if (!isFromOwnPage(request)) return refuse(response, 'expected a page of this guide, found another origin', 403);
    await answering(response, () => shells.connect(request, (shell) => switchProtocols(request, response, shell)));
  });
  return router;
}

const learnersOnly: RequestHandler = (_request, response, next) => {
  if (mayOpenTerminal(response)) return next();
  refuse(response, 'expected the learner of this seat, found an instructor. A terminal is for the learner only.', 403);
};

/** Answers with the reason if `work` fails before there is a shell. */
async function answering(response: Response, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof TerminalError) return refuse(response, error.message, error.status);
    if (error instanceof ApiError) return refuse(response, error.message, 502);
    throw error;
  }
}
