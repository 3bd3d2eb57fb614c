// Reports which addresses this pod can reach. The operator runs the program in a seat, to test whether seats are
// isolated from each other. The operator reads the results from the pod's termination message.
// https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
import { writeFileSync } from 'node:fs';
import { fromEnv } from '../../support/env.ts';
import { fatal, print } from '../../support/output.ts';
import { targetsIn } from './contract.ts';
import { probe } from './probe.ts';

try {
  const answer = JSON.stringify(await probe(targetsIn(fromEnv('TARGETS'))));
  print(answer);
  writeFileSync(process.env.TERMINATION_LOG ?? '/dev/termination-log', answer);
  // Without this call, a pending DNS lookup would keep the process alive.
  process.exit(0);
} catch (error) {
  fatal(error);
}
