import type { PipelineHop } from '../../contract.ts';
import { roundTrace, visitTrace } from '../testing/fake-trace.ts';
import { mapOf } from './flow.ts';

const hop = (name: PipelineHop['name'], ok: boolean): PipelineHop => ({
  signal: 'traces',
  name,
  ok,
  says: `${name} says so`,
  ...(ok ? {} : { todo: 'Do that.' }),
});

test('marks the calls of a round, and the ways of its spans to Jaeger', () => {
  const { taken, broken, words } = mapOf({ kind: 'arrived', trace: roundTrace('a'.repeat(32)) });
  expect([...taken]).toEqual([
    'guide-arcade',
    'arcade-dice',
    'arcade-prizes',
    'arcade-collector',
    'dice-collector',
    'prizes-collector',
    'collector-jaeger',
  ]);
  expect([broken, words]).toEqual([
    undefined,
    'Spans of arcade, dice, guide and prizes went through the Collector to Jaeger.',
  ]);
});

test.each([
  ['sdk', 'dice'],
  ['exporter', 'dice'],
  ['collector', 'collector'],
  ['jaeger', 'jaeger'],
] as const)('puts the problem of the hop %s at %s, with what it says and what to do', (name, place) => {
  const state = mapOf({ kind: 'stopped' }, [hop('sdk', name !== 'sdk'), hop(name, false)]);
  expect(state).toMatchObject({ broken: place, words: `Spans stop here: ${name} says so`, todo: 'Do that.' });
});

test('keeps the ways of the spans that have come, if those of dice have not', () => {
  const { taken, broken } = mapOf({ kind: 'stopped', trace: visitTrace('b'.repeat(32), '/visit') }, [hop('sdk', true)]);
  expect([[...taken], broken]).toEqual([['collector-jaeger'], 'dice']);
});

test('marks nothing while spans are on their way', () => {
  expect(mapOf({ kind: 'waiting' }).taken.size).toBe(0);
});
