// The file that every app preloads (`node --import /app/telemetry.js`). It adds health checks and a clean exit, and
// limits the addresses that servers listen on. It starts OpenTelemetry at the instrumentation level in INSTRUMENTATION.
// At level `none`, it doesn't load the SDK.
import './memory.ts';
import { commandAt, registerRoute } from './commands.ts';
import { startHealthServer } from './health.ts';
import { parseLevel } from './level.ts';
import { fatal } from '../../support/output.ts';
import { portFromEnv } from '../../support/env.ts';
import { listenOnPodAddresses, podAddresses } from './pod-addresses.ts';
import { declareStartAnew, watchServers } from './readiness.ts';
import { applyLearnerSettings } from './settings.ts';
import { exitCleanly } from './shutdown.ts';
import type { DiceRun } from '../dice/run/run.ts';
import { RUN } from '../../lab/names.ts';
import { messageOf } from '../../support/errors.ts';

const nothingToFlush = () => Promise.resolve();

async function startTelemetry(healthPort: number): Promise<() => Promise<void>> {
  const level = parseLevel(process.env.INSTRUMENTATION);
  if (level === 'none') return nothingToFlush;
  const { startSdk } = await import('./sdk.ts');
  return startSdk(level, healthPort);
}

/** Chooses the learner's files to run, in an app to which the guide can hand new ones. */
async function openRun(): Promise<DiceRun | undefined> {
  if (!process.env['RUN_DIR']) return undefined;
  const { openRun: open } = await import('../dice/run/run.ts');
  return open(process.env);
}

/** Lets the guide hand over new files. */
async function takeRuns(run: DiceRun, shutdown: () => Promise<void>): Promise<void> {
  const { Handover } = await import('../dice/run/handover.ts');
  const flush = () => Promise.resolve(commandAt('/flush')?.(''));
  const handover = new Handover(run, { source: `${run.options.mounted}/app.ts`, flush, shutdown });
  registerRoute(RUN.path, (request, response) => handover.answer(request, response));
}

const run = await openRun();
try {
  applyLearnerSettings(process.env, (line) => process.stderr.write(`${line}\n`), run?.settings);
  const [port, healthPort] = [portFromEnv('PORT', 8080), portFromEnv('HEALTH_PORT', 8081)];
  run?.expect({ port, healthPort });
  watchServers();
  listenOnPodAddresses(podAddresses(process.env['POD_IPS']));
  const isTrial = run?.isTrial === true;
  // The pod was ready just before. Health checks and the guide get answers while the SDK loads.
  if (isTrial) startHealthServer(healthPort, port);
  declareStartAnew(() => run?.isTrial === true);
  const shutdown = await startTelemetry(healthPort);
  exitCleanly(shutdown);
  if (run) await takeRuns(run, shutdown);
  if (!isTrial) startHealthServer(healthPort, port);
} catch (error) {
  if (run) run.failStart(messageOf(error));
  fatal(error);
}
