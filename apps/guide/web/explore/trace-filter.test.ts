import { barInWords, filterOf, fits, ignoredIn, inWords, parametersOf, sorted, withoutBar } from './trace-filter.ts';
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
  failures: [],
  ...more,
});

const filter = (text: string) => filterOf(new URLSearchParams(text));

test.each([
  ['', true],
  ['service=arcade', true],
  ['service=dice', false],
  ['min=20&max=20', true],
  ['min=21', false],
  ['max=19', false],
  ['error=true', false],
  ['from=1020', true],
  ['from=1021', false],
  ['until=999', false],
  ['min=x', true],
  ['max=-1', true],
  ['max=1e999', true],
])('decides whether a trace fits %s', (text, does) => {
  expect(fits(filter(text), row())).toBe(does);
});

const failure = { service: 'guide', counted: 'server', status: '404', first: 5_000, last: 5_010 } as const;

test.each([
  ['service=guide&status=404', true],
  ['service=guide&status=404&spans=internal', false],
  ['service=guide&status=500', false],
  ['service=arcade&status=404', false],
  ['service=guide&status=404&from=5010', true],
  ['service=guide&status=404&from=5011', false],
  ['service=guide&status=404&until=4999', false],
  ['service=guide&status=nonsense', true],
])('decides whether a trace with a span of the guide that failed fits %s', (text, does) => {
  expect(fits(filter(text), row({ services: ['arcade', 'guide'], failures: [failure] }))).toBe(does);
});

test('writes a filter to the parameters of the page, and reads it again', () => {
  const given = { service: 'dice', operation: 'roll', min: '500', max: '900.5', error: 'true', attribute: 'a=b & c=d' };
  expect(parametersOf(filterOf(new URLSearchParams(given)))).toEqual(given);
  expect(parametersOf(filter(''))).toEqual({});
  const bar = { service: 'dice', status: '5xx', spans: 'internal', from: '1', until: '2' };
  expect(parametersOf(filterOf(new URLSearchParams(bar)))).toEqual(bar);
});

test('says which traces a filter chooses', () => {
  expect(inWords(filter('error=true&service=prizes'))).toBe('failed traces with prizes');
  expect(inWords(filter('min=500'))).toBe('traces of 500 ms or more');
  expect(inWords(filter('service=dice&operation=roll'))).toMatch(/ with a span of dice named like “roll”$/);
  expect(inWords(filter('from=1000&until=2000'))).toMatch(/^traces from \S+:01 to \S+:02$/);
  expect(inWords(filter('service=guide&status=404'))).toBe(
    'traces with a server span of guide that ended with HTTP status 404',
  );
  expect(inWords(filter('service=dice&status=5xx&spans=internal'))).toMatch(
    /an internal span .* status 5xx that has no/,
  );
});

test('names the parameters of an address that it ignores, and what they should be', () => {
  const parameters = new URLSearchParams('min=-1&max=x&from=5&status=200&spans=all&error=true&service=a');
  expect(ignoredIn(parameters)).toEqual([
    'The address has min=-1, which is ignored: expected milliseconds from 0 on.',
    'The address has max=x, which is ignored: expected milliseconds from 0 on.',
    'The address has status=200, which is ignored: expected a status from 400 to 599, 4xx, 5xx or error.',
    'The address has spans=all, which is ignored: expected server or internal.',
  ]);
  expect(ignoredIn(new URLSearchParams('min=&max=5&status=4xx&spans=server'))).toEqual([]);
});

test('says and removes what no field of the search shows', () => {
  const bar = filter('service=guide&status=404&from=1000&until=2000&min=5');
  expect(barInWords(bar)).toMatch(/^traces with a server span of guide that .* HTTP status 404 from \S+:01 to \S+:02$/);
  expect(parametersOf(withoutBar(bar))).toEqual({ service: 'guide', min: '5' });
  expect(barInWords(filter('service=guide&min=5'))).toBe('');
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
