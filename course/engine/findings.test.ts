import { HOPS } from '../../lab/findings.ts';
import { met, unknown, unmet, verdictOf } from './findings.ts';

test.each(HOPS)('gives a verdict the finding of its hop %s if the problem has none of its own', (hop) => {
  expect(verdictOf([met('a'), unmet('b', { hop, found: 'c' })])).toMatchObject({ hop, finding: hop });
});

test('gives a verdict the finding of the first problem', () => {
  const problem = { found: 'no span', id: '06-manual/no-span' } as const;
  const other = { found: 'no value', id: '06-manual/no-value' } as const;
  const verdict = verdictOf([unknown('a'), unmet('b', problem), unmet('c', other)]);
  expect(verdict).toMatchObject({ hop: 'shape', finding: '06-manual/no-span' });
  expect(verdict.requirements?.[1]).toEqual({ text: 'b', state: 'unmet', found: 'no span' });
});

test('says that a check without a problem is undecided while a requirement is not judged', () => {
  expect(verdictOf([met('a'), unknown('b')])).toMatchObject({ passed: false, finding: 'telemetry/undecided' });
});
