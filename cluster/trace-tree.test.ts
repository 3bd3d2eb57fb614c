import { servicesOf, traceTree } from './trace-tree.ts';
import type { TreeSpan } from './trace-tree.ts';

function span(spanId: string, parentSpanId: string | undefined, overrides: Partial<TreeSpan> = {}): TreeSpan {
  return { spanId, parentSpanId, service: 'arcade', name: spanId, start: 0, duration: 10, failed: false, ...overrides };
}

const round = [
  span('prizes', 'play', { service: 'prizes', name: 'GET /prizes/:roll', start: 1008, duration: 8 }),
  span('dice', 'play', { service: 'dice', name: 'GET /rolldice', start: 1002, duration: 4 }),
  span('roll', 'dice', { service: 'dice', name: 'do_roll', start: 1003, duration: 2 }),
  span('play', undefined, { name: 'GET /play', start: 1000, duration: 20 }),
];

test('prints spans as a tree, siblings in order of start time, with bars that show when spans ran', () => {
  expect(traceTree(round, 80)).toEqual([
    `arcade  GET /play               20.0 ms  ${'█'.repeat(39)}`,
    `dice    ├ GET /rolldice          4.0 ms  ${' '.repeat(3)}${'█'.repeat(7)}▊`,
    `dice    │ └ do_roll              2.0 ms  ${' '.repeat(5)}${'█'.repeat(3)}▉`,
    `prizes  └ GET /prizes/:roll      8.0 ms  ${' '.repeat(15)}${'█'.repeat(15)}▋`,
  ]);
});

test.each([40, 60, 80, 120])('keeps every line of the tree within %i columns', (width) => {
  const long = round.map((each) => ({ ...each, name: `${each.name} with a name that goes on for quite some time` }));
  for (const line of traceTree(long, width)) expect(line.length).toBeLessThanOrEqual(width);
});

test('marks a span that has failed', () => {
  expect(traceTree([span('play', undefined, { failed: true })], 80)[0]).toContain('play ✗');
});

test('prints a span whose parent is missing as a root', () => {
  expect(traceTree([span('a', undefined), span('b', 'lost')], 80)).toHaveLength(2);
});

test('prints a span even if its whole trace has a duration of 0', () => {
  expect(traceTree([span('a', undefined, { duration: 0 })], 60)[0]).toMatch(/0\.0 ms {2}▏$/);
});

test("lists each service once, starting with the root span's service", () => {
  expect(servicesOf(round)).toEqual(['arcade', 'dice', 'prizes']);
});
