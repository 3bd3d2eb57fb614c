import type { CheckHarness, Solution } from '../../harness/check-harness.ts';
import { truthOf } from '../../../lab/faults.ts';

const attribute = (key: string, value: number) => ({ key, value: { intValue: String(value) } });
const failing = (bench: CheckHarness, service: string, status: number, more: object = {}) =>
  bench.send(
    { name: 'GET /play', kind: 2, attributes: [attribute('http.response.status_code', status)], ...more },
    { 'service.name': service },
  );

const happened = async (bench: CheckHarness): Promise<void> => {
  await failing(bench, 'prizes', 500);
  await failing(bench, 'arcade', 504);
};

const right: Record<string, string> = Object.fromEntries(
  Object.entries(truthOf({ release: 'lab', namespace: 'ns' })).flatMap(([fault, traits]) =>
    Object.entries(traits as Record<string, string>).map(([name, value]) => [`${fault}.${name}`, value]),
  ),
);
const but = (name: string, value: string) => ({ answers: { ...right, [name]: value }, before: happened });
const other = (name: string, ...values: string[]) => values.find((value) => value !== right[name]) ?? '';

export const solutions: Solution[] = [
  { name: 'all answers right, after both faults occurred', right: true, answers: right, before: happened },
  {
    name: 'right answers with extra spaces and capitals',
    right: true,
    answers: Object.fromEntries(Object.entries(right).map(([name, value]) => [name, ` ${value.toUpperCase()} `])),
    before: happened,
  },
  {
    name: 'right answers, when the faults show as a status 400 at the arcade and as a time-out message in a span',
    right: true,
    answers: right,
    before: async (bench) => {
      await failing(bench, 'arcade', 400);
      await failing(bench, 'arcade', 0, { status: { code: 2, message: 'the round took longer than its 500 ms' } });
    },
  },
  {
    name: 'no answers at all',
    right: false,
    finding: '10-troubleshooting/no-answer',
    says: /none for version, client/,
    before: happened,
  },
  {
    name: 'all answers right except one that is empty',
    right: false,
    finding: '10-troubleshooting/no-answer',
    says: /none for pool/,
    ...but('timeouts.pool', ''),
  },
  {
    name: 'a wrong version',
    right: false,
    finding: '10-troubleshooting/spike',
    says: /Found: 1 of 2 answers right\. Hint: Find failed rounds on Explore .* by course\.js .*=500.*Mark some/,
    ...but('spike.version', other('spike.version', '1.4.0', '2.0.0')),
  },
  {
    name: 'a wrong client version',
    right: false,
    finding: '10-troubleshooting/spike',
    says: /Found: 1 of 2 answers right\. Hint/,
    ...but('spike.client', other('spike.client', '3.1.0', '3.2.0')),
  },
  {
    name: 'a wrong browser plugin',
    right: false,
    finding: '10-troubleshooting/timeouts',
    says: /Found: 2 of 3 answers right\. Hint: Find slow rounds on Explore .* by course\.js .*500ms.*Mark some/,
    ...but('timeouts.plugin', other('timeouts.plugin', 'dark-reader/4.9', 'ad-blocker/1.62')),
  },
  {
    name: 'a wrong node pool',
    right: false,
    finding: '10-troubleshooting/timeouts',
    says: /Found: 2 of 3 answers right\. Hint/,
    ...but('timeouts.pool', other('timeouts.pool', 'blue', 'green')),
  },
  {
    name: 'right answers by a guess, when neither fault occurred',
    right: false,
    finding: '10-troubleshooting/not-seen',
    says: /Switch spike on/,
    answers: right,
  },
  {
    name: 'right answers by a guess, when only the first fault occurred',
    right: false,
    finding: '10-troubleshooting/not-seen',
    says: /Switch timeouts on/,
    answers: right,
    before: (bench) => failing(bench, 'prizes', 500),
  },
];
