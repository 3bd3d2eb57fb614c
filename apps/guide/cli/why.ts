// Prints why there is no telemetry: `node /app/why.js` in the guide's pod lets the guide test each hop of traces,
// metrics and logs. It exits with 1 if a hop is broken.
import { fatal, print } from '../../../support/output.ts';
import type { HopLoss, PipelineHop } from '../contract.ts';
import { printable } from './lines.ts';
import { request } from './request.ts';

const indent = ' '.repeat(28);

const inWords = ({ says, todo }: HopLoss): string => (todo === undefined ? says : `${says}. ${todo}`);

try {
  const { hops } = await request<{ hops: PipelineHop[] }>('/why');
  for (const { signal, name, ok, untested, says, todo, losses = [] } of hops) {
    const word = ok ? 'ok' : untested ? '-' : 'SILENT';
    print(`${word.padEnd(7)} ${signal.padEnd(8)} ${name.padEnd(10)} ${printable(says)}`);
    if (todo) print(`${indent}${printable(todo)}`);
    for (const loss of losses)
      print(printable(`${indent}${loss.isRecent ? 'LOST' : 'lost earlier'}: ${inWords(loss)}`));
  }
  process.exitCode = hops.every(({ ok }) => ok) ? 0 : 1;
} catch (error) {
  fatal(error);
}
