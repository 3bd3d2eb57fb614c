// Tests how often, and for how long, callers of the health port can make an app flush its telemetry.
import { setTimeout as delay } from 'node:timers/promises';
import { Flusher } from './flush.ts';

const limits = { answer: 100, pause: 30 };
/** For a test without a slow flush, which a busy machine must not turn into one. */
const patient = { answer: 20_000, pause: 30 };

test('runs one flush at a time, and lets all callers that come meanwhile share the next one', async () => {
  let [running, most, flushes] = [0, 0, 0];
  const flusher = new Flusher(async () => {
    flushes += 1;
    most = Math.max(most, (running += 1));
    await delay(5);
    running -= 1;
  }, patient);
  const first = flusher.request();
  await delay(2);
  const others = Array.from({ length: 50 }, () => flusher.request());
  expect(await Promise.all([first, ...others])).not.toContain(false);
  expect({ most, flushes }).toEqual({ most: 1, flushes: 2 });
});

test('starts the next flush only after a pause', async () => {
  const starts: number[] = [];
  const flusher = new Flusher(() => Promise.resolve(starts.push(performance.now())), limits);
  for (let count = 0; count < 3; count += 1) await flusher.request();
  const gaps = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(limits.pause - 2);
});

test('answers in time, and starts no further flush, while one hangs', async () => {
  let [flushes, end] = [0, () => undefined as void];
  const flusher = new Flusher(() => {
    flushes += 1;
    return new Promise<void>((resolve) => (end = resolve));
  }, limits);
  expect(await Promise.all([flusher.request(), flusher.request()])).toEqual([false, false]);
  expect(await flusher.request()).toBe(false);
  expect(flushes).toBe(1);
  end();
  await delay(limits.pause + 10);
  expect(flushes).toBe(2);
  end();
});

test('says that a flush has failed, and runs the next', async () => {
  const outcomes = [Promise.reject(new Error('refused')), Promise.resolve()];
  const flusher = new Flusher(() => outcomes.shift() ?? Promise.resolve(), limits);
  expect([await flusher.request(), await flusher.request()]).toEqual([false, true]);
});
