// The operator's process, put together: all replicas watch, so that another can go on at once; who leads reconciles.
// usage: operator [--farewell [--crds]]
import { parseArgs } from 'node:util';
import { VERSION } from '../cdk8s/values.ts';
import { FIELD_MANAGER, GROUP } from './api/types.ts';
import { deleteDefinitions } from './definitions.ts';
import { loadConfig } from '../kubernetes/config.ts';
import { pooledApi } from '../kubernetes/transport-undici.ts';
import { createLogger } from './engine/log.ts';
import type { Logger } from './engine/log.ts';
import { Operator } from './operator.ts';
import { readSettings } from './settings.ts';
import { uninstall } from './workshop/uninstall.ts';

/** Helm's own patience with a hook is what ends a wait; this only has it end with a reason. */
const FAREWELL_MS = 25 * 60_000;

/** Before the operator is uninstalled. @throws Error that names what blocks */
async function runUninstall(log: Logger, definitions: boolean): Promise<void> {
  const config = await loadConfig();
  const api = pooledApi({ config, userAgent: `intro-otel-farewell/${VERSION}`, fieldManager: FIELD_MANAGER });
  try {
    await uninstall(api, { log, timeout: FAREWELL_MS });
    if (definitions) await deleteDefinitions(api);
  } finally {
    await api.close();
  }
}

async function operate(log: Logger): Promise<void> {
  const settings = readSettings(process.env);
  const operator = new Operator({ settings, config: await loadConfig(), log });
  const end = (signal: NodeJS.Signals): void => {
    log.info({ signal }, 'Told to end');
    void operator.stop().finally(() => process.exit(0));
  };
  process.once('SIGTERM', end).once('SIGINT', end);
  await operator.run();
}

const log = createLogger();
try {
  const { values } = parseArgs({
    options: { farewell: { type: 'boolean', default: false }, crds: { type: 'boolean', default: false } },
  });
  log.info(
    { group: GROUP, version: VERSION, node: process.version },
    values.farewell ? 'Farewell begins' : 'Operator begins',
  );
  if (values.farewell) await runUninstall(log, values.crds);
  else await operate(log);
} catch (error) {
  log.error({ err: error }, 'The operator can not go on');
  process.exit(1);
}
