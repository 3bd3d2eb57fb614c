// Tests how the check of step 5 judges a sampler, and the order of processors.
import { tracesProcessors } from '../../../apps/guide/collector-yaml.ts';
import type { Span, Trace } from '../../../otlp/traces.ts';
import type { Seen, Visit } from '../../engine/observation.ts';
import { judge } from './check.ts';
import { bucketOf, spreadId } from './trace-ids.ts';
import { ignoredText, troubleWithOrder } from './pipeline.ts';

const attributes = { 'workshop.step': '5' };
const guide = { spanId: 'caller', service: 'guide', attributes, resource: {} } as unknown as Span;
const dice = { spanId: 'dice', service: 'dice', kind: 'server', attributes, resource: {} } as unknown as Span;

function visitOf(index: number, kept: boolean): Visit {
  const traceId = `trace-${index}`;
  const answer = { traceId, spanId: 'caller', status: 200, body: '' };
  if (!kept) return { path: '/visit', answer, sent: index, spans: [] };
  const trace = { traceId, spans: [guide, dice] } as unknown as Trace;
  return { path: '/visit', answer, sent: index, trace, spans: [dice] };
}

const seenOf = (kept: (index: number) => boolean, settled: boolean): Seen => ({
  visits: Array.from({ length: 24 }, (_, index) => visitOf(index, kept(index))),
  strays: [],
  settled,
});

const states = (seen: Seen) =>
  judge({ seen, yaml: '', log: 'trace-1 trace-2' })
    .filter(({ text }) => text.startsWith('some of the traces'))
    .map(({ state, found }) => [state, found]);

test('counts missing traces as dropped by the Collector once nothing more arrives', () => {
  expect(states(seenOf((index) => index % 3 !== 0, true))).toEqual([['met', undefined]]);
});

test('waits for missing traces while more may arrive', () => {
  expect(states(seenOf((index) => index < 12, false))).toEqual([['unknown', 'some are missing, and may still come']]);
});

test('refuses a Collector that keeps all traces', () => {
  expect(states(seenOf(() => true, false))).toEqual([['unmet', 'all 24 of 24']]);
});

test('judges each of the five requirements by itself', () => {
  const findings = judge({ seen: seenOf(() => true, true), yaml: '', log: '' });
  expect(findings.map(({ state }) => state)).toEqual(['met', 'met', 'unmet', 'unmet', 'met']);
});

const hintFor = (text: string, yaml: string): string | undefined =>
  judge({ seen: withoutChanges, yaml, log: '' }).find((one) => one.text.startsWith(text))?.hint;
const bare = { ...dice, attributes: {} };
const withoutChanges: Seen = {
  ...seenOf(() => true, true),
  visits: [
    { ...visitOf(0, true), trace: { spans: [{ ...guide, attributes: {} }] } as unknown as Trace, spans: [bare] },
  ],
};
const mine = 'attributes/mine: { actions: [{ key: workshop.step, value: 5, action: upsert }] }';
const half = 'probabilistic_sampler: { sampling_percentage: 50 }';
const yamlOf = (all: string, list: string): string =>
  `processors: { ${all} }\nservice: { pipelines: { traces: { processors: [memory_limiter, ${list} batch] } } }\n`;

test.each([
  ['the attribute', 'a processor that no pipeline lists', yamlOf(mine, ''), /defines attributes\/mine, but .*Name it/],
  ['the attribute', 'no processor', yamlOf(half, ''), /^Add a processor attributes\/mine/],
  ['some of the traces', 'a sampler that no pipeline lists', yamlOf(half, ''), /defines probabilistic_sampler, but/],
  [
    'some of the traces',
    'a sampler of 100 percent',
    yamlOf(half.replace('50', '100'), 'probabilistic_sampler,'),
    /has sampling_percentage: 100, which keeps all/,
  ],
  [
    'some of the traces',
    'a sampler of 99.9 percent',
    yamlOf(half.replace('50', '99.9'), 'probabilistic_sampler,'),
    /has sampling_percentage: 99\.9, which means 99\.9 % of the traces\. Set a number from 5 to 95/,
  ],
  [
    'the attribute',
    'an action for another key',
    yamlOf(mine.replace('workshop.step', 'workshopStep'), 'attributes/mine,'),
    /^Call it workshop\.step, not workshopStep/,
  ],
  [
    'the attribute',
    "the example's action only",
    yamlOf(mine.replace('workshop.step', 'workshop.room'), 'attributes/mine,'),
    /^Add a processor attributes\/mine/,
  ],
  ['some of the traces', 'no sampler', yamlOf(mine, ''), /^Add a processor probabilistic_sampler/],
])('names the likeliest cause for “%s” if collector.yaml has %s', (text, _what, yaml, expected) => {
  expect(hintFor(text, yaml)).toMatch(expected);
});

test.each([
  ['http.user_agent', /http\.user_agent is its former name/],
  ['user-agent.original', /^Call it user_agent\.original, not user-agent\.original/],
  ['cookie', /^Add an action delete/],
])('says what to do if %s is deleted in place of user_agent.original', (key, expected) => {
  const agents = { 'user_agent.original': 'curl' };
  const kept = { ...guide, attributes: agents };
  const visit = { ...visitOf(0, true), trace: { spans: [kept] } as unknown as Trace, spans: [{ ...dice, attributes }] };
  const yaml = yamlOf(`attributes/mine: { actions: [{ key: ${key}, action: delete }] }`, 'attributes/mine,');
  const found = judge({ seen: { ...withoutChanges, visits: [visit] }, yaml, log: '' })[1];
  expect(found).toMatchObject({ found: 'user_agent.original on spans of guide' });
  expect(found?.hint).toMatch(expected);
});

test('does not take traces that a sampler of dice has dropped for sampled by the Collector', () => {
  const withoutDice = (index: number): Visit => ({
    ...visitOf(index, true),
    ...(index < 12 && { trace: { spans: [guide] } as unknown as Trace, spans: [] }),
  });
  const seen = { ...seenOf(() => true, true), visits: Array.from({ length: 24 }, (_, index) => withoutDice(index)) };
  expect(states(seen)).toEqual([['unmet', 'all 24 of 24']]);
});

const ids = Array.from({ length: 24 }, (_, index) => spreadId(index, 24));

test.each([25, 50, 75])('makes trace ids of which a sampler with %i percent keeps exactly that share', (percentage) => {
  const byHash = ids.filter((id) => bucketOf(id) < (0x4000 * percentage) / 100);
  const byDigits = ids.filter((id) => parseInt(id.slice(-14), 16) >= 2 ** 56 * (1 - percentage / 100));
  expect([byHash.length, byDigits.length]).toEqual([(24 * percentage) / 100, (24 * percentage) / 100]);
});

test("computes a trace id's bucket as the Collector does", () => {
  // Computed with Go's hash/fnv, as the Collector's probabilistic_sampler does with hash_seed 0.
  expect(['0'.repeat(32), '5b8aa5a2d2c872e8321cf37308d69df2'].map(bucketOf)).toEqual([9301, 7746]);
});

const pipeline = (list: string) =>
  `service:\n  pipelines:\n    traces:\n      processors: ${list}\n      exporters: [debug]\n`;

test.each<[string, string | undefined]>([
  ['[attributes/mine, batch, probabilistic_sampler]', 'memory_limiter first'],
  ['[memory_limiter, k8sattributes, batch, attributes/mine]', 'batch last'],
  ['[memory_limiter, attributes/mine, batch]', 'k8sattributes again'],
  ['[memory_limiter, k8sattributes, attributes/mine, batch]', undefined],
  ['\n        - memory_limiter\n        - k8sattributes # pods\n        - batch/all', undefined],
  ['\n        [memory_limiter,\n         k8sattributes, batch]', undefined],
])('judges the order of the processors %j', (list, hint) => {
  expect(troubleWithOrder(pipeline(list))?.hint).toEqual(hint && (expect.stringContaining(hint) as string));
});

test('says nothing about a file that names no processors for traces', () => {
  expect(tracesProcessors('service: {pipelines: {metrics: {processors: [batch]}}}')).toBeUndefined();
  expect(troubleWithOrder('{}')).toBeUndefined();
});

test('explains that the Collector ignores what is below a line {}', () => {
  expect(ignoredText('# mine\n{}\nexporters: {debug: {verbosity: normal}}\n')).toMatch(
    /^Line 2 .* ignores what is below/,
  );
  expect(ignoredText('# mine\n{}\n# the end\n')).toBeUndefined();
});
