import type { PodEvent } from '../contract.ts';
import type { LearnerRequest, WatchOptions } from './course-service.ts';
import { LiveRequirements } from './live-requirements.ts';

interface Watch extends WatchOptions {
  readonly id: string | undefined;
  readonly paths: string[];
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Returns a course that records what it is asked to watch, and pages that listen. */
function guide() {
  const watches: Watch[] = [];
  const state = { version: '1' };
  const watch = (id: string | undefined, requests: readonly LearnerRequest[], options: WatchOptions) => {
    watches.push({ id, paths: requests.map(({ path }) => path), ...options });
    return Promise.resolve();
  };
  const live = new LiveRequirements({ course: { watch }, version: () => Promise.resolve(state.version) });
  const ask = async (path: string, step?: string) => {
    await live.ask(path, { step, answers: { pick: 'http' } }, () =>
      Promise.resolve({ traceId: 't', spanId: 's', status: 200, body: '' }),
    );
    await settled();
  };
  return { live, watches, state, ask };
}

const seen = { step: '06-manual', requirements: [{ text: 'a span', seen: true }] };

test('watches nothing while no page listens', async () => {
  const { ask, watches } = guide();
  await ask('/rolldice');
  expect(watches).toEqual([]);
});

test('watches the requests since the last change of the files, one watch at a time', async () => {
  const { live, ask, watches, state } = guide();
  live.listen(() => undefined);
  await ask('/', '06-manual');
  await ask('/visit', '06-manual');
  state.version = '2';
  await ask('/rolldice');
  expect(watches.map(({ id, paths }) => [id, paths])).toEqual([
    ['06-manual', ['/']],
    ['06-manual', ['/', '/visit']],
    [undefined, ['/rolldice']],
  ]);
  expect(watches.map(({ signal }) => signal.aborted)).toEqual([true, true, false]);
  expect(watches[0]?.answers).toEqual({ pick: 'http' });
});

test('tells every page what is seen, once, and a page that opens later too', async () => {
  const { live, ask, watches } = guide();
  const events: PodEvent[][] = [[], []];
  live.listen((event) => events[0]?.push(event));
  await ask('/rolldice');
  watches[0]?.onSeen(seen);
  watches[0]?.onSeen({ ...seen });
  live.listen((event) => events[1]?.push(event));
  expect(events).toEqual([[{ type: 'seen', data: seen }], [{ type: 'seen', data: seen }]]);
});

test('ends the watch when the last page closes, and says nothing of it any more', async () => {
  const { live, ask, watches } = guide();
  const events: PodEvent[] = [];
  const stop = live.listen((event) => events.push(event));
  await ask('/rolldice');
  stop();
  expect(watches[0]?.signal.aborted).toBe(true);
  watches[0]?.onSeen(seen);
  expect(events).toEqual([]);
});
