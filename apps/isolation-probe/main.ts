// What can be reached from this pod. The operator runs it in a seat to see whether seats are isolated from each other, and reads the
// answer from the pod's termination message.
// https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
import { writeFileSync } from 'node:fs';
import { fromEnv } from '../../support/env.ts';
import { fatal, printLine } from '../../support/console.ts';
import { tryConnections, targetsIn } from './probe.ts';

try {
  const results = JSON.stringify(await tryConnections(targetsIn(fromEnv('TARGETS'))));
  printLine(results);
  writeFileSync(process.env.TERMINATION_LOG ?? '/dev/termination-log', results);
  // A name that is still being resolved would keep the process.
  process.exit(0);
} catch (error) {
  fatal(error);
}
