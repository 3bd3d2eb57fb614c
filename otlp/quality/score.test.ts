import type { Finding, RuleId, Signal } from './finding.ts';
import { scoreOf } from './score.ts';

const breaking = (rule: RuleId): Finding => ({
  id: 'orphan_span',
  level: 'improvement',
  rule,
  signal: 'span',
  subject: 'do_roll',
  message: '',
  todo: '',
  count: 1,
  spans: [],
});

const all = new Set<Signal>(['resource', 'span', 'metric', 'log']);

test('is 100 without findings, and missing if nothing has arrived', () => {
  expect(scoreOf([], all)).toMatchObject({ value: 100, category: 'Excellent' });
  expect(scoreOf([], new Set())).toBeUndefined();
});

// The weights of the specification: Critical 40, Important 30, Normal 20.
test('weighs rules by their impact, and counts a rule once', () => {
  const spans = new Set<Signal>(['resource', 'span']);
  expect(scoreOf([breaking('SPA-002'), breaking('SPA-002')], spans)).toMatchObject({ value: 90 });
  expect(scoreOf([breaking('RES-005'), breaking('SPA-003')], spans)).toMatchObject({ value: 65 });
});

test.each([
  [['RES-005'], 80, 'Good'],
  [['RES-005', 'SPA-003', 'SPA-004'], 50, 'Needs Improvement'],
  [['RES-005', 'SPA-003', 'SPA-004', 'SPA-002'], 40, 'Poor'],
] as const)('names the category when %j are broken', (rules, value, category) => {
  const spans = new Set<Signal>(['resource', 'span']);
  expect(scoreOf(rules.map(breaking), spans)).toMatchObject({ value, category });
});

test('judges only the rules of signals that have arrived', () => {
  const rules = scoreOf([], new Set<Signal>(['resource', 'log']))?.rules.map(({ id }) => id);
  expect(rules).toEqual(['RES-005', 'RES-004', 'LOG-002']);
});
