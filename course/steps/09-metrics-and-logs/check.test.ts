// Tests that step 9 judges no export of which the Collector's log has only a part.
import type { LabView } from '../../engine/check.ts';
import type { Observation, Visit } from '../../engine/observation.ts';
import { settle } from '../../engine/settle.ts';
import { spanOf } from '../../harness/generated.ts';
import { check } from './check.ts';

const ROLL = 900_000;
const rolledAt = Date.UTC(2026, 10, 29, 10);
const TIMES = 'StartTimestamp: 2026-11-29 09:00:00 +0000 UTC\nTimestamp: 2026-11-29 10:00:01 +0000 UTC';
const counter = `Metric #0\n     -> Name: dice.rolls\n     -> DataType: Sum\n     -> IsMonotonic: true\n${TIMES}`;
const histogram = `Metric #1\n     -> Name: dice.roll.value\n     -> DataType: Histogram\n${TIMES}`;
/** An export of code that adds what was rolled to the counter, and the two places at which a read may end. */
const whole = `info\tResourceMetrics #0\n${counter}\nValue: ${5 * ROLL}\n${histogram}\nCount: 5\nSum: ${5 * ROLL}\n`;
const parts = [whole.slice(0, whole.indexOf('Metric #1')), whole.slice(0, whole.indexOf('Count: 5'))];

/** Returns a lab in which each read of the Collector's log returns the next of these texts, and then the last again. */
function labWith(logs: string[]): LabView {
  const visitOf = (path: string): Visit => ({
    path,
    answer: { traceId: 'a', spanId: 'b', status: 200, body: String(ROLL) },
    spans: [spanOf('server_request', { start: rolledAt, duration: 1 })],
  });
  const arrival = { export: 0, within: 0, reason: '' };
  const lab: Partial<LabView> = {
    settings: () => Promise.resolve({}),
    files: () => Promise.resolve(undefined),
    collectorLog: () => Promise.resolve((logs.length > 1 ? logs.shift() : logs[0]) ?? ''),
    podLog: () => Promise.resolve(''),
    flush: () => Promise.resolve(true),
    arrival: () => Promise.resolve(arrival),
    observe: (paths) => {
      const look = () => Promise.resolve({ visits: paths.map(visitOf), strays: [], settled: true });
      return Promise.resolve({ look } as Observation);
    },
    settle: (look, nothing, patience = 0) =>
      settle(look, { nothing, arrival, patience, why: () => Promise.resolve([]) }),
  };
  return lab as LabView;
}

test('waits for the whole of an export, and then names the instrument that is wrong', async () => {
  const verdict = await check(labWith(['', ...parts, whole]));
  expect(verdict).toMatchObject({ passed: false, found: expect.stringMatching(/it grew by 4500000/) as string });
  expect(verdict.requirements?.map(({ state }) => state).slice(0, 2)).toEqual(['unmet', 'met']);
});
