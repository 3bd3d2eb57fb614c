// The portal's entry point. It opens when the operator has made its secrets and it knows all classes.
import './speed.ts';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { HttpApi } from '../../kubernetes/client.ts';
import { loadConfig } from '../../kubernetes/config.ts';
import { NodeTransport } from '../../kubernetes/transport-node.ts';
import { fatal } from '../../support/output.ts';
import { portFromEnv } from '../../support/env.ts';
import { systemTimers, pause } from '../../support/timers.ts';
import { ignorePaths } from '../telemetry/ignored-paths.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createBoard } from './board/board.ts';
import { EndedSessions } from './board/ended-sessions.ts';
import type { BoardOptions } from './board/parts.ts';
import { ClassEnds } from './class-end.ts';
import { Classes } from './classes.ts';
import { guideFinder } from './guide-finder.ts';
import { Polls } from './polls.ts';
import type { Origin } from './origin.ts';
import { createPortal } from './portal.ts';
import { followBoardKey, followSecrets } from './secret-files.ts';
import type { Secrets } from './secret-files.ts';
import { settingsFrom } from './settings.ts';
import type { BoardSettings } from './settings.ts';

/** Milliseconds between two looks whether everything is there. */
const POLL = 100;
/** Milliseconds for one request to the API server. A person waits for it. */
const API_TIMEOUT = 5_000;

async function main(): Promise<void> {
  const { url, subdomains, secrets: folder, namespace, polls: prefix, board } = settingsFrom(process.env);
  const log = createLogger();
  ignorePaths(['/assets']);
  const config = await loadConfig();
  const api = new HttpApi({
    config,
    transport: new NodeTransport({ config, timeout: API_TIMEOUT }),
    userAgent: 'intro-otel-portal',
    fieldManager: 'intro-otel-portal',
  });
  const { signal } = new AbortController();
  const classes = new Classes();
  let secrets: Secrets | undefined;
  const current = (): Secrets => secrets ?? fatal(new Error('expected secrets, found none'));
  const polls = new Polls({ api, namespace, prefix, people: () => current().people });
  void followSecrets({ folder, signal, log, onRead: (read) => (secrets = read) });
  void classes.follow(api, signal, log);
  void polls.follow(api, signal, log);
  while (!secrets || !classes.isListed) await pause(systemTimers, POLL, signal);
  void new ClassEnds({ api, classes, polls, log }).run(signal);
  const shared = { api, classes, polls, secrets: current, findGuide: guideFinder(api), log };
  const server = createPortal({ ...shared, url, subdomains, assets: publicFolder('portal-public') });
  open(server, portFromEnv('PORT', 8080), () =>
    log.info({ classes: classes.workshops.list().length }, 'The portal is open'),
  );
  if (board) await openBoard(shared, { settings: board, namespace, url, signal });
}

const publicFolder = (name: string): string => join(import.meta.dirname, name);

type Shared = Pick<BoardOptions, 'classes' | 'polls' | 'secrets' | 'findGuide'> & {
  readonly api: HttpApi;
  readonly log: ReturnType<typeof createLogger>;
};

interface BoardStart {
  readonly settings: BoardSettings;
  /** The portal's namespace. */
  readonly namespace: string;
  /** Where people reach the portal. */
  readonly url: Origin | undefined;
  readonly signal: AbortSignal;
}

/** Opens the board once its key is there, and it knows which sessions have ended. People can join before that. */
async function openBoard(shared: Shared, { settings, namespace, url, signal }: BoardStart): Promise<void> {
  const { api, log } = shared;
  const ended = new EndedSessions({ api, configMap: { name: settings.sessions, namespace } });
  void ended.follow(api, signal, log);
  let key: string | undefined;
  void followBoardKey({ folder: settings.secret, signal, log, onRead: (read) => (key = read) });
  while (key === undefined || !ended.cache.isListed) await pause(systemTimers, POLL, signal);
  const server = createBoard({
    ...shared,
    key: () => key ?? fatal(new Error('expected the instructor key, found none')),
    ended,
    url: settings.url,
    portal: { url, port: settings.portalPort },
    assets: { board: publicFolder('portal-public'), guide: publicFolder('public') },
    instance: settings.instance,
  });
  open(server, settings.port, () => log.info({}, 'The board is open'));
}

function open(server: Server, port: number, onOpen: () => void): void {
  server.once('error', ({ message }) => fatal(new Error(`expected to listen on port ${port}, found ${message}.`)));
  server.listen(port, onOpen);
}

main().catch(fatal);
