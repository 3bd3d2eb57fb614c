// The file that every app preloads (`node --import /app/telemetry.js`). It adds health checks and a clean exit, and
// limits the addresses that servers listen on. It starts OpenTelemetry at the instrumentation level in INSTRUMENTATION.
// At level `none`, it doesn't load the SDK.
import './memory.ts';
import { startHealthServer } from './health.ts';
import { parseLevel } from './level.ts';
import { fatal } from '../../support/output.ts';
import { portFromEnv } from '../../support/env.ts';
import { listenOnPodAddresses, podAddresses } from './pod-addresses.ts';
import { watchServers } from './readiness.ts';
import { applyLearnerSettings } from './settings.ts';
import { exitCleanly } from './shutdown.ts';

const nothingToFlush = () => Promise.resolve();

async function startTelemetry(healthPort: number): Promise<() => Promise<void>> {
  const level = parseLevel(process.env.INSTRUMENTATION);
  if (level === 'none') return nothingToFlush;
  const { startSdk } = await import('./sdk.ts');
  return startSdk(level, healthPort);
}

try {
  applyLearnerSettings(process.env, (line) => process.stderr.write(`${line}\n`));
  const healthPort = portFromEnv('HEALTH_PORT', 8081);
  watchServers();
  listenOnPodAddresses(podAddresses(process.env['POD_IPS']));
  exitCleanly(await startTelemetry(healthPort));
  startHealthServer(healthPort, portFromEnv('PORT', 8080));
} catch (error) {
  fatal(error);
}
