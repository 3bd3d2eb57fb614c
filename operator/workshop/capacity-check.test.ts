import { apiError, manualClock } from '../engine/testing/fake-api.ts';
import { Cluster } from './cluster.ts';
import { ClassApi, aNode, aPod, aWorkshop, seatOf } from './testing/fixtures.ts';
import { CapacityCheck } from './capacity-check.ts';
import type { SeatRequirementsOf } from './capacity-check.ts';
import { wantedSeats } from './seats.ts';
import type { Seat, Workshop } from '../api/types.ts';

const SEAT = { cpu: 500, memory: 64 * 2 ** 20 };
const seatRequirements: SeatRequirementsOf = () => ({ pods: [{ requests: SEAT }] });
const workshop = aWorkshop({ seats: 10 });
const names = wantedSeats(workshop).map(({ metadata }) => metadata.name);

function setUp({ need = seatRequirements }: { need?: SeatRequirementsOf } = {}) {
  const clock = manualClock();
  const api = new ClassApi(clock);
  const rooms = new CapacityCheck({ cluster: new Cluster(api, clock), clock, seatRequirements: need });
  const look = (missing: readonly string[] = names, all: readonly Seat[] = [], of: Workshop = workshop) =>
    rooms.look({ workshop: of, wanted: wantedSeats(of), missing, all });
  return { api, clock, rooms, look };
}

test('where nothing is to be made nothing is asked', async () => {
  const { api, look } = setUp();
  expect(await look([])).toMatchObject({ saying: { status: 'True', message: 'Fits 10 of 10 seats.' } });
  expect(api.reads).toEqual([]);
});

test('once all fit it is not asked again while they are made', async () => {
  const { api, clock, look } = setUp();
  api.seed(aNode('a', { allocatable: { cpu: '5' } }));
  expect((await look()).fitting).toEqual(new Set(names));
  expect(api.reads).toHaveLength(2);
  clock.advance(3_600_000);
  expect(await look(names.slice(3))).toMatchObject({
    fitting: new Set(names),
    saying: { message: 'Fits 10 of 10 seats.' },
  });
  expect(api.reads).toHaveLength(2);
});

test('while it is short of room the nodes are looked at every half minute, and what has come is used', async () => {
  const { api, clock, look } = setUp();
  api.seed(aNode('a'));
  expect(await look()).toMatchObject({
    fitting: new Set(names.slice(0, 8)),
    next: 30_000,
    saying: { status: 'False', message: expect.stringContaining('Fits 8 of 10') as string },
  });
  clock.advance(10_000);
  expect(await look()).toMatchObject({ next: 20_000 });
  expect(api.reads).toHaveLength(2);
  api.seed(aNode('b'));
  clock.advance(20_000);
  expect(await look()).not.toHaveProperty('next');
  expect(api.reads).toHaveLength(4);
});

test('another generation of the Workshop is reckoned anew', async () => {
  const { api, clock, look } = setUp();
  api.seed(aNode('a', { allocatable: { cpu: '5' } }));
  await look();
  api.seed(aPod('greedy', 'a', { cpu: '2' }));
  clock.advance(2000);
  const changed = { ...workshop, metadata: { ...workshop.metadata, generation: 2 } };
  expect((await look(names, [], changed)).fitting.size).toBe(6);
});

test('seats on their way keep their room, also those of other Workshops, until their pods have a node', async () => {
  const { api, look } = setUp();
  api.seed(aNode('a'));
  const other = aWorkshop({ seats: 2 }, { name: 'other', uid: 'other-uid' });
  api.seed(aPod('lab-dice-1', 'a', { cpu: '500m', memory: '64Mi' }, 'other-seat-01'));
  expect((await look(names, [seatOf(other, 0), seatOf(other, 1)])).fitting.size).toBe(6);
});

test('a seat that is going keeps no room', async () => {
  const { api, look } = setUp();
  api.seed(aNode('a'));
  const going = seatOf(aWorkshop({ seats: 1 }, { name: 'other' }), 0, {
    metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' },
  });
  expect((await look(names, [going])).fitting.size).toBe(8);
});

test('another’s lab that can’t be rendered is no obstacle', async () => {
  const { api, look } = setUp({
    need: (lab) => {
      if (lab?.jaeger) throw new Error('no');
      return seatRequirements();
    },
  });
  api.seed(aNode('a'));
  const broken = seatOf(aWorkshop({ seats: 1, lab: { jaeger: {} } }, { name: 'other' }), 0);
  expect((await look(names, [broken])).fitting.size).toBe(8);
});

test('the nodeSelector and the tolerations of the lab are heeded', async () => {
  const { api, look } = setUp();
  api.seed(aNode('a'));
  api.seed(aNode('b', { labels: { pool: 'class' }, allocatable: { cpu: '1' } }));
  const picky = aWorkshop({ seats: 10, lab: { nodeSelector: { pool: 'class' } } });
  expect((await look(names, [], picky)).fitting.size).toBe(2);
});

test('what may not be read is said, and holds nothing back', async () => {
  const { api, look } = setUp();
  api.fail({ verb: 'list', kind: 'Pod' }, apiError(403, 'Forbidden', 'pods is forbidden'));
  expect(await look()).toMatchObject({ fitting: new Set(names), saying: { status: 'Unknown', reason: 'NotReadable' } });
});

test('what fails is tried again at the next look', async () => {
  const { api, look } = setUp();
  api.seed(aNode('a', { allocatable: { cpu: '5' } }));
  api.fail({ verb: 'list', kind: 'Node' }, apiError(500, 'InternalError'));
  await expect(look()).rejects.toThrow('InternalError');
  expect((await look()).fitting.size).toBe(10);
});
