// The operator's entry point.
// Usage: operator [--farewell [--crds]]
// With --farewell, it removes all Workshops and Seats before an uninstall. With --crds, it also removes the
// CustomResourceDefinitions of both.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { VERSION } from '../cdk8s/values.ts';
import { FIELD_MANAGER, GROUP } from './api/types.ts';
import { deleteDefinitions } from './definitions.ts';
import { loadConfig } from '../kubernetes/config.ts';
import { pooledApi } from '../kubernetes/transport-undici.ts';
import { createLogger } from './engine/log.ts';
import type { Logger } from './engine/log.ts';
import { createOperator } from './operator.ts';
import { readSettings } from './settings.ts';
import { uninstall } from './workshop/uninstall.ts';

/**
 * Maximum duration of the cleanup, in milliseconds. It is shorter than Helm's timeout, so that the user gets an error
 * that names the cause.
 */
const UNINSTALL_TIMEOUT_MS = 25 * 60_000;

/** Cleans up before the chart is uninstalled. @throws Error that names the objects that block the cleanup */
async function runUninstall(log: Logger, withDefinitions: boolean): Promise<void> {
  const config = await loadConfig();
  const api = pooledApi({ config, userAgent: `intro-otel-uninstall/${VERSION}`, fieldManager: FIELD_MANAGER });
  try {
    await uninstall(api, { log, timeout: UNINSTALL_TIMEOUT_MS });
    if (withDefinitions) await deleteDefinitions(api);
  } finally {
    await api.close();
  }
}

/** Returns the text of the pod's resolv.conf, or an empty text where there is none. */
const ownResolvConf = (): Promise<string> => readFile('/etc/resolv.conf', 'utf8').catch(() => '');

async function runOperator(log: Logger): Promise<void> {
  const settings = readSettings(process.env, await ownResolvConf());
  const operator = createOperator({ settings, config: await loadConfig(), log });
  const stop = (signal: NodeJS.Signals): void => {
    log.info({ signal }, 'Stopping the operator');
    void operator.stop().finally(() => process.exit(0));
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
  await operator.start();
}

const log = createLogger();
try {
  const { values } = parseArgs({
    options: { farewell: { type: 'boolean', default: false }, crds: { type: 'boolean', default: false } },
  });
  log.info(
    { group: GROUP, version: VERSION, node: process.version },
    values.farewell ? 'Starting the cleanup before an uninstall' : 'Starting the operator',
  );
  if (values.farewell) await runUninstall(log, values.crds);
  else await runOperator(log);
} catch (error) {
  log.error({ err: error }, 'The operator failed and exits');
  process.exit(1);
}
