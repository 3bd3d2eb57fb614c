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
  { name: 'all answers right, and both faults happened', right: true, answers: right, before: happened },
  {
    name: 'right answers with stray spaces and capitals',
    right: true,
    answers: Object.fromEntries(Object.entries(right).map(([name, value]) => [name, ` ${value.toUpperCase()} `])),
    before: happened,
  },
  {
    name: 'a 400 at the arcade, and a span that says it took too long',
    right: true,
    answers: right,
    before: async (bench) => {
      await failing(bench, 'arcade', 400);
      await failing(bench, 'arcade', 0, { status: { code: 2, message: 'the round took longer than its 500 ms' } });
    },
  },
  { name: 'no answers', right: false, says: /none for version, client/, before: happened },
  { name: 'one answer left out', right: false, says: /none for pool/, ...but('timeouts.pool', '') },
  {
    name: 'the wrong version',
    right: false,
    says: /1 of 2 not so: version/,
    ...but('spike.version', other('spike.version', '1.4.0', '2.0.0')),
  },
  {
    name: 'the wrong client',
    right: false,
    says: /client/,
    ...but('spike.client', other('spike.client', '3.1.0', '3.2.0')),
  },
  {
    name: 'the wrong plugin',
    right: false,
    says: /1 of 3 not so: plugin/,
    ...but('timeouts.plugin', other('timeouts.plugin', 'dark-reader/4.9', 'ad-blocker/1.62')),
  },
  {
    name: 'the wrong pool',
    right: false,
    says: /pool/,
    ...but('timeouts.pool', other('timeouts.pool', 'blue', 'green')),
  },
  { name: 'a guess: no fault was ever on', right: false, says: /Switch spike on/, answers: right },
  {
    name: 'a guess: the second fault was never on',
    right: false,
    says: /Switch timeouts on/,
    answers: right,
    before: (bench) => failing(bench, 'prizes', 500),
  },
];
