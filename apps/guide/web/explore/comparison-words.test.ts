import type { Trait } from '../../../../otlp/compare-traces.ts';
import { aboutOf, namesOf, percent, searchOf, shareInWords } from './comparison-words.ts';

test('joins the services that report the same value, and leaves out that it is of a resource', () => {
  const part = [
    { key: 'arcade:client.version', value: '3.1.0' },
    { key: 'prizes:client.version', value: '3.1.0' },
    { key: 'prizes:resource.service.version', value: '2.0.0' },
  ];
  expect(namesOf(part)).toEqual([
    { text: 'client.version=3.1.0', services: ['arcade', 'prizes'] },
    { text: 'service.version=2.0.0', services: ['prizes'] },
  ]);
});

test('searches for both parts of a pair', () => {
  const part = (key: string, value: string) => [{ key, value }] as const;
  expect(searchOf({ parts: [part('a:v', '2'), part('a:c', '3')] })).toBe('a:v=2 & a:c=3');
});

test('says which attributes some rows are about', () => {
  const row = (...keys: string[]) => ({ parts: keys.map((key) => [{ key, value: '1' }]) as unknown as Trait['parts'] });
  const two = [row('a:v'), row('a:v', 'b:resource.service.version')];
  expect(aboutOf(two)).toBe('v, service.version');
  expect(aboutOf([...two, row('a:x', 'a:y'), row('a:z')])).toBe('v, service.version, x and 2 other attributes');
});

test('writes a share with its counts', () => {
  expect([shareInWords(12, 12, 'marked'), percent(0, 0)]).toEqual(['12 of 12 marked (100 %)', 0]);
});
