import type { Hint } from '../../class-contract.ts';
import { Store } from '../store.ts';
import { keeper } from '../testing/keeper.ts';
import { HintList } from './hint-list.ts';

const hintAt = (minute: number): Hint => ({
  text: `hint ${minute}`,
  by: 'Nina',
  at: new Date(minute * 60_000).toISOString(),
  toAll: false,
});

const listIn = (place: ReturnType<typeof keeper>): HintList => new HintList(new Store(place, '/s/otel-1/'));

test('keeps the last 20 hints, newest first, also when the page is loaded again', () => {
  const place = keeper();
  const list = listIn(place);
  for (let minute = 1; minute <= 25; minute++) list.add([hintAt(minute)]);
  expect(list.all.map(({ text }) => text).slice(0, 2)).toEqual(['hint 25', 'hint 24']);
  expect(listIn(place).all).toHaveLength(20);
});

test('shows a hint until it is read, and then the one before, and no hint twice', () => {
  const place = keeper();
  const list = listIn(place);
  list.add([hintAt(2), hintAt(1)]);
  list.read(hintAt(2));
  list.add([hintAt(2), hintAt(1)]);
  expect([list.unread?.text, list.all.length]).toEqual(['hint 1', 2]);
  list.read(hintAt(1));
  expect(listIn(place).unread).toBeUndefined();
});

test.each(['null', '5', '[null, {}, "a"]', '{'])('forgets what is no list of hints: %s', (text) => {
  const place = keeper();
  place.setItem('intro-otel//s/otel-1//hints', text);
  expect(listIn(place).all).toEqual([]);
});
