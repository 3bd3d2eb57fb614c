import { FINALIZER } from '../api/types.ts';
import type { Seat } from '../api/types.ts';
import { KINDS } from '../api/kinds.ts';
import { apiError, manualClock } from '../engine/testing/fake-api.ts';
import { uninstall } from './uninstall.ts';
import { ClassApi, aWorkshop, seatOf } from './testing/fixtures.ts';

const workshop = aWorkshop({ seats: 2 }, { finalizers: [FINALIZER] });

function setUp() {
  const api = new ClassApi(manualClock());
  const lines: string[] = [];
  const log = { info: (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`) };
  return { api, lines, farewell: (timeout: number) => uninstall(api, { log, timeout, every: 5 }) };
}

/** Deletes one Seat or Workshop at a time, as a running operator would. */
function operate(api: ClassApi): NodeJS.Timeout {
  return setInterval(() => {
    const [seat] = api.store(KINDS.Seat).list();
    const [leaving] = api.store(KINDS.Workshop).list();
    if (!seat && leaving) api.remove(KINDS.Workshop, leaving.metadata);
    if (seat && (seat.metadata.deletionTimestamp !== undefined || leaving?.metadata.deletionTimestamp !== undefined))
      api.remove(KINDS.Seat, seat.metadata);
  }, 15);
}

test('deletes all Workshops, waits for all Seats and logs the progress', async () => {
  const { api, lines, farewell: leave } = setUp();
  api.seed(workshop);
  for (const index of [0, 1]) api.seed(seatOf(workshop, index, { phase: 'Ready' }));
  const operator = operate(api);
  await leave(10_000);
  clearInterval(operator);
  expect([api.store(KINDS.Workshop).list(), api.store(KINDS.Seat).list()]).toEqual([[], []]);
  expect(lines[0]).toBe('Waiting until Workshops and Seats are deleted {"workshops":1,"seats":2}');
  expect(lines.at(-1)).toBe('All Workshops and Seats are deleted {}');
  expect(new Set(lines).size).toBe(lines.length);
});

test('deletes Seats that belong to no Workshop', async () => {
  const { api, farewell: leave } = setUp();
  api.seed({ ...seatOf(workshop, 0), metadata: { ...seatOf(workshop, 0).metadata, finalizers: [] } });
  await leave(10_000);
  expect(api.store(KINDS.Seat).list()).toEqual([]);
});

test('names the Seats that block the uninstall, with their conditions and advice', async () => {
  const { api, farewell: leave } = setUp();
  api.seed(workshop);
  const conditions = [
    {
      type: 'Ready',
      status: 'False',
      reason: 'NamespaceStuck',
      message: 'Its namespace waits for a finalizer.',
      lastTransitionTime: '2026-01-05T09:00:00Z',
    },
  ] as const;
  api.seed<Seat>(seatOf(workshop, 0, { status: { conditions, phase: 'Terminating' } }));
  const failure = leave(20);
  await expect(failure).rejects.toThrow(
    'Expected all Workshops and Seats to be gone after 0.02 s, found 1 Workshops and 1 Seats.',
  );
  await expect(failure).rejects.toThrow('Seat class-seat-01: NamespaceStuck: Its namespace waits for a finalizer.');
  await expect(failure).rejects.toThrow('check that the operator runs');
});

test('names only the first of many Seats that block the uninstall', async () => {
  const { api, farewell: leave } = setUp();
  const large = aWorkshop({ seats: 9 }, { finalizers: [FINALIZER] });
  api.seed(large);
  for (let index = 0; index < 9; index++) api.seed(seatOf(large, index));
  await expect(leave(10)).rejects.toThrow(/class-seat-05: .*\n {2}and 4 more\n/);
});

test('does nothing if the cluster does not have the kinds Workshop and Seat', async () => {
  const { api, lines, farewell: leave } = setUp();
  api.fail({ verb: 'list' }, apiError(404, 'NotFound', 'the server could not find the requested resource'), 2);
  await leave(10_000);
  expect(lines).toEqual(['All Workshops and Seats are deleted {}']);
});
