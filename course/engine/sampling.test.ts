// Tests how a failed check is explained by a sampler in collector.yaml.
import type { Verdict } from '../../apps/guide/contract.ts';
import { samplerIn, withSampler } from './sampling.ts';

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

const failed: Verdict = { passed: false, hop: 'shape', expected: 'a span', found: 'none', hint: 'End it.' };
const labWith = (yaml: string) => ({
  files: () => Promise.resolve({ 'app.ts': '', 'settings.env': '', 'collector.yaml': yaml }),
});

test('begins the hint of a failed check with the sampler, and leaves every other verdict as it is', async () => {
  const sampling = labWith(traces('[probabilistic_sampler, batch]'));
  expect(await withSampler(sampling, failed)).toMatchObject({
    hint: expect.stringMatching(/^collector\.yaml lists probabilistic_sampler.*End it\.$/) as string,
  });
  expect(await withSampler(sampling, { passed: true })).toEqual({ passed: true });
  expect(await withSampler(labWith(''), failed)).toEqual(failed);
});
