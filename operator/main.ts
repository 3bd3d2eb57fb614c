// The operator's entry point.
// usage: operator [--farewell [--crds]]
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

/** Milliseconds. Shorter than Helm's timeout for the hook, so that the wait ends with a reason. */
const UNINSTALL_TIMEOUT_MS = 25 * 60_000;

/** Cleans up before the chart is uninstalled. @throws Error that names what blocks it */
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

async function runOperator(log: Logger): Promise<void> {
  const settings = readSettings(process.env);
  const operator = createOperator({ settings, config: await loadConfig(), log });
  const stop = (signal: NodeJS.Signals): void => {
    log.info({ signal }, 'Stopping');
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
    values.farewell ? 'Uninstall starts' : 'Operator starts',
  );
  if (values.farewell) await runUninstall(log, values.crds);
  else await runOperator(log);
} catch (error) {
  log.error({ err: error }, 'The operator failed');
  process.exit(1);
}
