import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

interface Measured {
  readonly name: string;
  /** Bytes that a full store took. */
  readonly took: number;
  /** Bytes that it says it has, and the most that it keeps. */
  readonly bytes: number;
  readonly limit: number;
}

test('takes no more memory than the guide says, and at most 10 MiB in all', () => {
  const program = join(import.meta.dirname, '../../testing/fill-telemetry.ts');
  const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', program], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  expect(stderr).toBe('');
  const [logs, charts, instruments] = JSON.parse(stdout) as [Measured, Measured, Measured];
  expect(logs.took).toBeLessThan(logs.limit);
  expect(charts.took).toBeLessThan(charts.bytes);
  expect(instruments.took).toBeLessThan(instruments.bytes);
  expect(charts.bytes + instruments.bytes).toBeGreaterThan(0.8 * charts.limit);
  expect(charts.limit + logs.limit).toBeLessThan(10 * 2 ** 20);
});
