import { filterOf, fits, inWords, parametersOf, sorted } from './trace-filter.ts';
import type { TraceRow } from './trace-messages.ts';

const row = (more: Partial<TraceRow> = {}): TraceRow => ({
  traceId: '1',
  start: 1_000,
  duration: 20,
  service: 'visitors',
  operation: 'GET /play',
  services: ['arcade', 'visitors'],
  spans: 8,
  errors: 0,
  ...more,
});

const filter = (text: string) => filterOf(new URLSearchParams(text));

test.each([
  ['', true],
  ['service=arcade', true],
  ['service=dice', false],
  ['operation=PLAY', true],
  ['operation=roll', false],
  ['min=20&max=20', true],
  ['min=21', false],
  ['max=19', false],
  ['error=true', false],
  ['from=1020', true],
  ['from=1021', false],
  ['until=999', false],
  ['min=x', true],
])('decides whether a trace fits %s', (text, does) => {
  expect(fits(filter(text), row())).toBe(does);
});

test('writes a filter to the parameters of the page, and reads it again', () => {
  const given = { service: 'dice', operation: 'roll', min: '500', max: '900.5', error: 'true', attribute: 'a=b & c=d' };
  expect(parametersOf(filterOf(new URLSearchParams(given)))).toEqual(given);
  expect(parametersOf(filter(''))).toEqual({});
});

test('says which traces a filter chooses', () => {
  expect(inWords(filter('error=true&service=prizes'))).toBe('failed traces with prizes');
  expect(inWords(filter('min=500'))).toBe('traces of 500 ms or more');
  expect(inWords(filter('from=1&until=2'))).toBe('traces at the time that you chose');
});

test('sorts by a column, and then by the newest', () => {
  const rows = [row({ traceId: 'a' }), row({ traceId: 'b', start: 5, duration: 90 }), row({ traceId: 'c', start: 9 })];
  const ids = (column: 'duration' | 'service', isDescending: boolean) =>
    sorted(rows, { column, isDescending }).map(({ traceId }) => traceId);
  expect([ids('duration', true), ids('duration', false), ids('service', false)]).toEqual([
    ['b', 'a', 'c'],
    ['a', 'c', 'b'],
    ['a', 'c', 'b'],
  ]);
});
