// Tests how a failed check is explained by a sampler in collector.yaml, or by that of dice.
import type { Verdict } from '../../apps/guide/contract.ts';
import { samplerHint, samplerIn, withSampler } from './sampling.ts';

const traces = (list: string): string => `service: { pipelines: { traces: { processors: ${list} } } }`;

test.each([
  ['a list in brackets', traces('[memory_limiter, probabilistic_sampler, batch]'), 'probabilistic_sampler'],
  ['the end of a list, with a name', traces('[batch, "probabilistic_sampler/half"]'), 'probabilistic_sampler/half'],
  ['a list over two lines', traces('[batch,\n  tail_sampling]'), 'tail_sampling'],
  [
    'a list of lines',
    'service:\n  pipelines:\n    traces:\n      processors:\n        - batch\n        - tail_sampling # half',
    'tail_sampling',
  ],
  [
    'a list, which drops some traces and samples the others',
    `processors:\n  tail_sampling: { policies: [type: always_sample, type: drop] }\n${traces('[tail_sampling]')}`,
    'tail_sampling',
  ],
  [
    'a list with an anchor',
    'service: { pipelines: { logs: { processors: &all [tail_sampling] }, traces: { processors: *all } } }',
    'tail_sampling',
  ],
])('finds the sampler in %s', (_what, yaml, sampler) => {
  expect(samplerIn(yaml)).toBe(sampler);
});

test.each([
  ['a definition only', 'processors:\n  probabilistic_sampler:\n    sampling_percentage: 50'],
  ['a comment only', `# ${traces('[probabilistic_sampler, batch]')}`],
  ['another pipeline', traces('[batch]').replace('traces', 'logs: { processors: [probabilistic_sampler] }, traces')],
  ['only a pipeline of metrics', traces('[probabilistic_sampler]').replace('traces', 'metrics')],
  ['a list of actions', 'processors: { attributes/mine: { actions: [tail_sampling] } }'],
  ['a text that is not YAML', 'processors: [probabilistic_sampler'],
  [
    'a list, and keeps 100 %',
    `processors: { probabilistic_sampler: { sampling_percentage: 100 } }\n${traces('[probabilistic_sampler]')}`,
  ],
  [
    'a list, and keeps every trace by one of its policies',
    `processors:
  tail_sampling:
    policies:
      - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }
      - { name: all, type: always_sample }
${traces('[tail_sampling]')}`,
  ],
  ['no list', 'exporters: { debug: { verbosity: detailed } }'],
])('names no sampler that stands in %s', (_what, yaml) => {
  expect(samplerIn(yaml)).toBeUndefined();
});

const labWith = (yaml: string, settings: Record<string, string> = {}) => ({
  files: () => Promise.resolve({ 'app.ts': '', 'settings.env': '', 'collector.yaml': yaml }),
  settings: () => Promise.resolve({ INSTRUMENTATION: 'manual', ...settings }),
});
const sampling = traces('[probabilistic_sampler, batch]');
const ratio = (sampler: string, argument: string) => ({
  OTEL_TRACES_SAMPLER: sampler,
  OTEL_TRACES_SAMPLER_ARG: argument,
});

test.each<[string, Record<string, string>, string, RegExp]>([
  [
    'a ratio',
    ratio('traceidratio', '0.3'),
    '',
    /^OTEL_TRACES_SAMPLER is traceidratio with the argument 0\.3: it keeps 30 %/,
  ],
  [
    'a ratio of traces that begin in dice',
    ratio('parentbased_traceidratio', '0.5'),
    '',
    /50 % of the traces that begin/,
  ],
  ['a ratio of 0', ratio('traceidratio', '0'), '', /^OTEL_TRACES_SAMPLER_ARG is 0: no trace is kept\. As this step/],
  ['always_off', { OTEL_TRACES_SAMPLER: 'always_off' }, '', /no span is recorded\. .* take OTEL_TRACES_SAMPLER out/],
  [
    'always_off for new traces',
    { OTEL_TRACES_SAMPLER: 'parentbased_always_off' },
    '',
    /of a trace that begins in dice/,
  ],
  ['a sampler of the Collector', {}, sampling, /^collector\.yaml lists probabilistic_sampler, which drops traces/],
  [
    'one of each',
    ratio('traceidratio', '0.3'),
    sampling,
    /^OTEL_TRACES_SAMPLER is .* then Run\. collector\.yaml lists/,
  ],
])('says what to do about %s', async (_what, settings, yaml, says) => {
  expect(await samplerHint(labWith(yaml, settings))).toMatch(says);
});

test.each<[string, Record<string, string>]>([
  ['none', {}],
  ['a ratio of 1', ratio('traceidratio', '1')],
  ['a ratio that the SDK takes for 1', ratio('traceidratio', '30 %')],
  ['no ratio', { OTEL_TRACES_SAMPLER: 'traceidratio' }],
  ['a sampler that keeps all', { OTEL_TRACES_SAMPLER: 'parentbased_always_on' }],
  [
    "one that keeps the traces of dice's callers, at auto",
    { ...ratio('parentbased_traceidratio', '0'), INSTRUMENTATION: 'auto' },
  ],
])('says nothing if dice has %s', async (_what, settings) => {
  expect(await samplerHint(labWith('', settings))).toBeUndefined();
});

const failed: Verdict = {
  passed: false,
  hop: 'shape',
  finding: 'shape',
  expected: 'an integer',
  found: 'a text',
  hint: 'Give a number.',
};

test('ends the hint of a failed check with the sampler, and leaves every other verdict as it is', () => {
  const hint = 'take the sampler out.';
  expect(withSampler(failed, hint)).toEqual({ ...failed, hint: 'Give a number. Besides, take the sampler out.' });
  expect(withSampler({ ...failed, hint }, hint)).toEqual({ ...failed, hint });
  expect(withSampler({ passed: true }, hint)).toEqual({ passed: true });
  expect(withSampler(failed, undefined)).toEqual(failed);
});
