import type { AttributeValue, Attributes } from './attributes.ts';
import { attributesOfTrace } from './trace-attributes.ts';
import type { Span } from './traces.ts';

const span = (service: string, attributes: Attributes, resource: Attributes = {}): Span => ({
  traceId: '1',
  spanId: '2',
  name: 'GET',
  kind: 'server',
  service,
  scope: '',
  start: 0,
  duration: 0,
  attributes,
  resource,
  events: [{ name: 'seen', time: 0, attributes: { ignored: true } }],
  status: { code: 'unset' },
  children: [],
  orphan: false,
});

const valuesOf = (value: AttributeValue) => attributesOfTrace({ spans: [span('dice', { key: value })] })['dice:key'];

test('names span and resource attributes after their service, and collects all values of each', () => {
  const resource = { 'service.version': '2.0.0' };
  const spans = [
    span('prizes', { roll: 1 }, resource),
    span('prizes', { roll: 6 }, resource),
    span('dice', { roll: 1 }),
  ];
  expect(attributesOfTrace({ spans })).toEqual({
    'prizes:roll': ['1', '6'],
    'dice:roll': ['1'],
    'prizes:resource.service.version': ['2.0.0'],
  });
});

test.each<[title: string, value: AttributeValue, texts: string[] | undefined]>([
  ['a number as text', 6, ['6']],
  ['a boolean as text', false, ['false']],
  ['an array as a whole and per element', ['a', 'b'], ['a, b', 'a', 'b']],
  ['an array with one element once', ['a'], ['a']],
  ['a header with a list as a whole and per element', 'ad/1, bc/2', ['ad/1, bc/2', 'ad/1', 'bc/2']],
  ['an array of headers with lists per element', ['ad/1,bc/2'], ['ad/1,bc/2', 'ad/1', 'bc/2']],
  ['a sentence as a whole', 'Hello there, how are you?', ['Hello there, how are you?']],
  ['a user agent as a whole', 'Mozilla/5.0 (KHTML, like Gecko)', ['Mozilla/5.0 (KHTML, like Gecko)']],
  ['a map as JSON', { a: 1 }, ['{"a":1}']],
  ['no empty value', null, []],
])('returns %s', (_title, value, texts) => {
  expect(valuesOf(value)).toEqual(texts);
});

test('bounds keys, values and characters, and keeps both ends of a long value', () => {
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`key.${index}`, index]));
  expect(Object.keys(attributesOfTrace({ spans: [span('dice', many)] }))).toHaveLength(400);
  expect(valuesOf(Array.from({ length: 100 }, (_, index) => index))).toHaveLength(20);
  const [text = ''] = valuesOf(`begin${'x'.repeat(10_000)}end`) ?? [];
  expect([text.length, text.slice(0, 6), text.slice(-4)]).toEqual([100, 'beginx', 'xend']);
});
