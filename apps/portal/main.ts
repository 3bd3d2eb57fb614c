// The portal's entry point. It opens when the operator has made its secrets and it knows all classes.
import './speed.ts';
import { join } from 'node:path';
import { HttpApi } from '../../kubernetes/client.ts';
import { loadConfig } from '../../kubernetes/config.ts';
import { NodeTransport } from '../../kubernetes/transport-node.ts';
import { fatal } from '../../support/output.ts';
import { portFromEnv } from '../../support/env.ts';
import { systemTimers, pause } from '../../support/timers.ts';
import { ignorePaths } from '../telemetry/ignored-paths.ts';
import { createLogger } from '../telemetry/logger.ts';
import { Classes } from './classes.ts';
import { guideFinder } from './guide-finder.ts';
import { createPortal } from './portal.ts';
import { followSecrets } from './secret-files.ts';
import type { Secrets } from './secret-files.ts';
import { settingsFrom } from './settings.ts';

/** Milliseconds between two looks whether everything is there. */
const POLL = 100;
/** Milliseconds for one request to the API server. A person waits for it. */
const API_TIMEOUT = 5_000;

async function main(): Promise<void> {
  const { url, subdomains, secrets: folder } = settingsFrom(process.env);
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
  void followSecrets({ folder, signal, log, onRead: (read) => (secrets = read) });
  void classes.follow(api, signal, log);
  while (!secrets || !classes.isListed) await pause(systemTimers, POLL, signal);
  const current = (): Secrets => secrets ?? fatal(new Error('expected secrets, found none'));
  const assets = join(import.meta.dirname, 'portal-public');
  const findGuide = guideFinder(api);
  const server = createPortal({ api, classes, secrets: current, findGuide, url, subdomains, assets, log });
  const port = portFromEnv('PORT', 8080);
  server.once('error', ({ message }) => fatal(new Error(`expected to listen on port ${port}, found ${message}.`)));
  server.listen(port, () => log.info({ classes: classes.workshops.list().length }, 'The portal is open'));
}

main().catch(fatal);
