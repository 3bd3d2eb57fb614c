import { apiError, manualClock } from '../engine/testing/fake-api.ts';
import { ClusterReader } from './cluster-reader.ts';
import { LAB_HASH, ClassApi, aNode, aPod, aWorkshop, seatOf } from './testing/fixtures.ts';
import { CapacityCheck } from './capacity-check.ts';
import type { SeatRequirementsOf } from './capacity-check.ts';
import { wantedSeats } from './seats.ts';
import type { Seat, Workshop } from '../api/types.ts';

const SEAT = { cpu: 500, memory: 64 * 2 ** 20 };
const seatRequirements: SeatRequirementsOf = () => ({ pods: [{ requests: SEAT }] });
const workshop = aWorkshop({ seats: 10 });
const names = wantedSeats(workshop, LAB_HASH).map(({ metadata }) => metadata.name);

function setUp({ need = seatRequirements }: { need?: SeatRequirementsOf } = {}) {
  const clock = manualClock();
  const api = new ClassApi(clock);
  const capacity = new CapacityCheck({ cluster: new ClusterReader(api, clock), clock, seatRequirements: need });
  const check = (missing: readonly string[] = names, all: readonly Seat[] = [], asking: Workshop = workshop) =>
    capacity.check({ workshop: asking, wanted: wantedSeats(asking, LAB_HASH), missing, all });
  return { api, clock, check };
}

test('sends no request if all wanted seats exist', async () => {
  const { api, check } = setUp();
  expect(await check([])).toMatchObject({ condition: { status: 'True', message: '10 of 10 seats fit on the nodes.' } });
  expect(api.reads).toEqual([]);
});

test('sends no further request once all seats fit on the nodes', async () => {
  const { api, clock, check } = setUp();
  api.seed(aNode('a', { allocatable: { cpu: '5' } }));
  expect((await check()).fitting).toEqual(new Set(names));
  expect(api.reads).toHaveLength(2);
  clock.advance(3_600_000);
  expect(await check(names.slice(3))).toMatchObject({
    fitting: new Set(names),
    condition: { message: '10 of 10 seats fit on the nodes.' },
  });
  expect(api.reads).toHaveLength(2);
});

test('checks the capacity every half minute while seats do not fit, and finds new nodes', async () => {
  const { api, clock, check } = setUp();
  api.seed(aNode('a'));
  expect(await check()).toMatchObject({
    fitting: new Set(names.slice(0, 8)),
    next: 30_000,
    condition: { status: 'False', message: expect.stringContaining('8 of 10 seats fit') as string },
  });
  clock.advance(10_000);
  expect(await check()).toMatchObject({ next: 20_000 });
  expect(api.reads).toHaveLength(2);
  api.seed(aNode('b'));
  clock.advance(20_000);
  expect(await check()).not.toHaveProperty('next');
  expect(api.reads).toHaveLength(4);
});

test('checks the capacity again after a change of the Workshop', async () => {
  const { api, clock, check } = setUp();
  api.seed(aNode('a', { allocatable: { cpu: '5' } }));
  await check();
  api.seed(aPod('greedy', 'a', { cpu: '2' }));
  clock.advance(2000);
  const changed = { ...workshop, metadata: { ...workshop.metadata, generation: 2 } };
  expect((await check(names, [], changed)).fitting.size).toBe(6);
});

test('reserves resources for the new seats of all Workshops until their pods have a node', async () => {
  const { api, check } = setUp();
  api.seed(aNode('a'));
  const other = aWorkshop({ seats: 2 }, { name: 'other', uid: 'other-uid' });
  api.seed(aPod('lab-dice-1', 'a', { cpu: '500m', memory: '64Mi' }, 'other-seat-01'));
  expect((await check(names, [seatOf(other, 0), seatOf(other, 1)])).fitting.size).toBe(6);
});

test('reserves nothing for a seat that is being deleted', async () => {
  const { api, check } = setUp();
  api.seed(aNode('a'));
  const going = seatOf(aWorkshop({ seats: 1 }, { name: 'other' }), 0, {
    metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' },
  });
  expect((await check(names, [going])).fitting.size).toBe(8);
});

test('ignores the seats of another Workshop if their lab can not be rendered', async () => {
  const { api, check } = setUp({
    need: (lab) => {
      if (lab?.jaeger) throw new Error('no');
      return seatRequirements();
    },
  });
  api.seed(aNode('a'));
  const broken = seatOf(aWorkshop({ seats: 1, lab: { jaeger: {} } }, { name: 'other' }), 0);
  expect((await check(names, [broken])).fitting.size).toBe(8);
});

test("counts only nodes that match the lab's nodeSelector and tolerations", async () => {
  const { api, check } = setUp();
  api.seed(aNode('a'));
  api.seed(aNode('b', { labels: { pool: 'class' }, allocatable: { cpu: '1' } }));
  const picky = aWorkshop({ seats: 10, lab: { nodeSelector: { pool: 'class' } } });
  expect((await check(names, [], picky)).fitting.size).toBe(2);
});

test('holds no seat back if the operator may not list pods, and reports the missing permission', async () => {
  const { api, check } = setUp();
  api.fail({ verb: 'list', kind: 'Pod' }, apiError(403, 'Forbidden', 'pods is forbidden'));
  expect(await check()).toMatchObject({
    fitting: new Set(names),
    condition: { status: 'Unknown', reason: 'NotReadable' },
  });
});

test('lists the nodes again at the next check after a list request failed', async () => {
  const { api, check } = setUp();
  api.seed(aNode('a', { allocatable: { cpu: '5' } }));
  api.fail({ verb: 'list', kind: 'Node' }, apiError(500, 'InternalError'));
  await expect(check()).rejects.toThrow('InternalError');
  expect((await check()).fitting.size).toBe(10);
});
