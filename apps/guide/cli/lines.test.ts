import type { Span } from '../../../otlp/traces.ts';
import { lineOf, treeOf } from './lines.ts';

const span = (over: Partial<Span> = {}): Span => ({
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  name: 'GET /prizes/:roll',
  kind: 'server',
  service: 'prizes',
  scope: '',
  start: Date.UTC(2026, 10, 23, 9, 30, 12, 114),
  duration: 12.34,
  attributes: { 'http.response.status_code': 500 },
  resource: {
    'service.name': 'prizes',
    'service.version': '2.0.0',
    'deployment.node_pool': 'green',
    'process.pid': 1,
    'k8s.pod.name': 'p',
  },
  events: [],
  status: { code: 'unset' },
  children: [],
  orphan: false,
  ...over,
});

test('prints a span on one line, with its attributes and the resource attributes of its process', () => {
  expect(lineOf(span())).toBe(
    `09:30:12.114 ${'a'.repeat(32)} prizes GET /prizes/:roll | server | 12.3 ms | ${'b'.repeat(16)} ` +
      'service.version="2.0.0" deployment.node_pool="green" http.response.status_code=500',
  );
});

test('prints a trace as an indented tree of spans, with attributes and events below each span', () => {
  const child = span({
    service: 'dice',
    name: 'do_roll',
    kind: 'internal',
    attributes: { 'roll.value': 4 },
    events: [{ name: 'rolled', time: 0, attributes: { sides: 6 } }],
  });
  expect(treeOf([span({ children: [child] })])).toEqual([
    `prizes GET /prizes/:roll | server | 12.3 ms | ${'b'.repeat(16)}`,
    '      http.response.status_code=500',
    `  dice do_roll | internal | 12.3 ms | ${'b'.repeat(16)}`,
    '        roll.value=4',
    '        event rolled sides=6',
  ]);
});

test('prints a stack trace on lines, below its event, and no character that controls the terminal', () => {
  const stack = 'Error: the shelf is empty\r\n    at take (shelf.js:7:9)\n\u001b[2J\u009bat "end"\n';
  const event = {
    name: 'exception',
    time: 0,
    attributes: { 'exception.stacktrace': stack, 'exception.type': 'Error' },
  };
  expect(treeOf([span({ attributes: { 'db.query.text': 'SELECT 1\n  FROM shelf' }, events: [event] })])).toEqual([
    expect.stringMatching(/^prizes /) as string,
    '      db.query.text=',
    '        SELECT 1',
    '          FROM shelf',
    '      event exception exception.type="Error"',
    '        exception.stacktrace=',
    '          Error: the shelf is empty',
    '              at take (shelf.js:7:9)',
    '          \\u001b[2J\\u009bat "end"',
  ]);
});

test('escapes what would turn a line around, or control the terminal, in any text of a span', () => {
  const turned = 'a\u202eb\u2066c\u009b';
  const event = { name: turned, time: 0, attributes: {} };
  const hostile = span({ name: turned, status: { code: 'error', message: turned }, attributes: { [turned]: turned } });
  const lines = [...treeOf([{ ...hostile, events: [event] }]), lineOf(hostile)].join('\n');
  expect(lines.split('a\\u202eb\\u2066c\\u009b')).toHaveLength(10);
  expect(lines).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
});

test('prints a span with a stack trace on one line', () => {
  const attributes = { 'exception.stacktrace': 'Error: no\n    at take' };
  expect(lineOf(span({ attributes, resource: {} }))).toMatch(/ exception\.stacktrace="Error: no\\n {4}at take"$/);
});

test('says that a span ends before it starts, or has no end', () => {
  const early = span({ duration: 0, endsEarly: 5_000, attributes: {}, resource: {} });
  expect(lineOf(early)).toMatch(/ \| −5000\.0 ms \| b{16} \| ends before it starts$/);
  expect(lineOf({ ...early, endsEarly: early.start })).toMatch(/ \| – \| b{16} \| no end$/);
});

test('prints each error of a span on one line, even if its text has several lines', () => {
  expect(
    treeOf([span({ orphan: true, status: { code: 'error', message: 'too slow\n  at stack' }, attributes: {} })]),
  ).toEqual([`prizes GET /prizes/:roll | server | 12.3 ms | ${'b'.repeat(16)} | error: too slow | parent missing`]);
});
