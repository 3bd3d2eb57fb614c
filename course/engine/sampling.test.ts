// Tests how a failed check is explained by a sampler in collector.yaml.
import type { Verdict } from '../../apps/guide/contract.ts';
import { samplerIn, withSampler } from './sampling.ts';

test.each([
  ['a list in brackets', 'processors: [memory_limiter, probabilistic_sampler, batch]', 'probabilistic_sampler'],
  ['the end of a list, with a name', 'processors: [batch, "probabilistic_sampler/half"]', 'probabilistic_sampler/half'],
  ['a list of lines', 'processors:\n  - batch\n  - tail_sampling # half', 'tail_sampling'],
  ['a definition only', 'processors:\n  probabilistic_sampler:\n    sampling_percentage: 50', undefined],
  ['a comment only', '# processors: [probabilistic_sampler, batch]', undefined],
  ['no sampler', 'exporters: { debug: { verbosity: detailed } }', undefined],
])('finds the sampler in %s', (_what, yaml, sampler) => {
  expect(samplerIn(yaml)).toBe(sampler);
});

const failed: Verdict = { passed: false, hop: 'shape', expected: 'a span', found: 'none', hint: 'End it.' };
const labWith = (yaml: string) => ({
  files: () => Promise.resolve({ 'app.ts': '', 'settings.env': '', 'collector.yaml': yaml }),
});

test('begins the hint of a failed check with the sampler, and leaves every other verdict as it is', async () => {
  const sampling = labWith('processors: [probabilistic_sampler, batch]');
  expect(await withSampler(sampling, failed)).toMatchObject({
    hint: expect.stringMatching(/^collector\.yaml lists probabilistic_sampler.*End it\.$/) as string,
  });
  expect(await withSampler(sampling, { passed: true })).toEqual({ passed: true });
  expect(await withSampler(labWith(''), failed)).toEqual(failed);
});
