// What a fault really hits, by name and seed. To become apps/prizes/faults.ts' own `truthOf` when that is there: the two must agree.
import { createHash } from 'node:crypto';

const values = {
  version: ['1.4.0', '2.0.0'],
  client: ['3.1.0', '3.2.0'],
  plugin: ['dark-reader/4.9', 'ad-blocker/1.62', 'coupon-finder/7.1'],
  pool: ['blue', 'green'],
};

const questions = { spike: ['version', 'client'], timeouts: ['version', 'plugin', 'pool'] } as const;

/** @param seed the release and its namespace, so that neighbours differ */
export function truthOf(name: 'spike' | 'timeouts', seed: string): Record<string, string> {
  return Object.fromEntries(questions[name].map((question) => {
    const choice = createHash('sha256').update(`${seed} ${name} ${question}`).digest()[0] ?? 0;
    return [question, values[question][choice % values[question].length] ?? ''];
  }));
}
