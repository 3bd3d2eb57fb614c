// Prints why there is no telemetry: `node /app/why.js` in the guide's pod lets the guide test each hop of traces,
// metrics and logs. It exits with 1 if a hop is broken.
import { fatal, print } from '../../../support/output.ts';
import type { PipelineHop } from '../contract.ts';
import { request } from './request.ts';

try {
  const { hops } = await request<{ hops: PipelineHop[] }>('/why');
  for (const { signal, name, ok, says, todo } of hops) {
    print(`${ok ? 'ok     ' : 'SILENT '} ${signal.padEnd(8)} ${name.padEnd(10)} ${says}`);
    if (todo) print(`${' '.repeat(28)}${todo}`);
  }
  process.exitCode = hops.every(({ ok }) => ok) ? 0 : 1;
} catch (error) {
  fatal(error);
}
