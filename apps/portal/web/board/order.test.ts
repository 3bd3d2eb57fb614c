import { aPerson } from '../testing/states.ts';
import { EVERYBODY, select } from './order.ts';
import type { View } from './order.ts';

const people = [
  aPerson('otel-3', { name: 'Cleo', needs: 'help', passed: ['01', '02'], since: '2026-05-04T09:30:00Z' }),
  aPerson('otel-1', { name: 'ada', needs: 'stuck', passed: ['01'], lastActivity: '2026-05-04T09:59:00Z' }),
  aPerson('otel-2', { name: 'Bob', passed: [], since: '2026-05-04T09:10:00Z', lastActivity: '2026-05-04T09:20:00Z' }),
  aPerson('otel-4', { name: '', isClaimed: false }),
];

const shown = (view: Partial<View>): string[] => select(people, { ...EVERYBODY, ...view }).map(({ seat }) => seat);

test.each<[Partial<View>, string[]]>([
  [{}, ['otel-3', 'otel-1', 'otel-2', 'otel-4']],
  [{ sort: 'name' }, ['otel-4', 'otel-1', 'otel-2', 'otel-3']],
  [{ sort: 'progress' }, ['otel-2', 'otel-4', 'otel-1', 'otel-3']],
  [{ sort: 'since' }, ['otel-2', 'otel-3', 'otel-1', 'otel-4']],
  [{ sort: 'activity' }, ['otel-2', 'otel-1', 'otel-3', 'otel-4']],
  [{ show: 'stuck' }, ['otel-1']],
  [{ show: 'free' }, ['otel-4']],
  [{ find: ' ADA ' }, ['otel-1']],
  [{ find: 'otel-2' }, ['otel-2']],
  [{ seats: new Set(['otel-1', 'otel-2']), find: 'b' }, ['otel-2']],
  [{ show: 'help', find: 'bob' }, []],
])('shows with %j the seats %j', (view, seats) => {
  expect(shown(view)).toEqual(seats);
});

test('leaves the list as it was', () => {
  const before = [...people];
  select(people, { ...EVERYBODY, sort: 'name' });
  expect(people).toEqual(before);
});
