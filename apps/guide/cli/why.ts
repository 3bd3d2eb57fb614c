// Prints why there is no trace: `node /app/why.js` in the guide's pod tests each hop from dice to Jaeger. It exits with
// 1 if a hop is broken.
import { environmentOf } from '../server/lab/environment.ts';
import { diagnosePipeline } from '../server/lab/diagnose-pipeline.ts';
import { fatal, print } from '../../../support/output.ts';

try {
  const hops = await diagnosePipeline(environmentOf().lab);
  for (const { name, ok, says, todo } of hops) {
    print(`${ok ? 'ok     ' : 'SILENT '} ${name.padEnd(10)} ${says}`);
    if (todo) print(`                   ${todo}`);
  }
  process.exitCode = hops.every(({ ok }) => ok) ? 0 : 1;
} catch (error) {
  fatal(error);
}
