import { partHref, traceHref, traceIdIn, viewOf } from './page.ts';

const id = 'a'.repeat(32);

test.each([
  ['', 'charts', ''],
  ['#charts', 'charts', ''],
  ['#logs&service=dice&text=a%26b', 'logs', 'service=dice&text=a%26b'],
  [`#trace=${id}&span=b`, 'trace', `trace=${id}&span=b`],
  ['#trace=<b>', 'trace', 'trace=%3Cb%3E'],
  ['#elsewhere&service=dice', 'charts', ''],
])('reads from the hash "%s" that the page shows %s', (hash, name, parameters) => {
  const view = viewOf(hash);
  expect([view.name, view.parameters.toString()]).toEqual([name, parameters]);
});

test('says what a hash names that is no part of the page', () => {
  expect(['#elsewhere&service=dice', '#charts', '', '#trace=zzz'].map((hash) => viewOf(hash).unknown)).toEqual([
    'elsewhere',
    undefined,
    undefined,
    undefined,
  ]);
});

test('reads the id of a trace, in capitals too, and takes nothing else for one', () => {
  expect([traceIdIn(id), traceIdIn(` ${id.toUpperCase()}`)]).toEqual([id, id]);
  expect(['zzz', '', id.slice(1), `${id}a`, `0x${id}`].map(traceIdIn)).toEqual(Array(5).fill(undefined));
});

test('writes a hash that names the part and its parameters, without those that are not set', () => {
  const href = partHref('logs', { service: 'dice', text: 'a&b', severity: '', after: undefined });
  expect(href).toBe('#logs&service=dice&text=a%26b');
  expect(viewOf(href).parameters.get('text')).toBe('a&b');
});

test('writes a hash that names a trace, and a span of it', () => {
  expect(traceHref(id)).toBe(`#trace=${id}`);
  expect(viewOf(traceHref(id, 'b')).parameters.get('span')).toBe('b');
});
