import { example } from './chart-examples.ts';

const readme = ['# A chart', '', 'Do a thing.', '', '```yaml', 'a:', '  b: 1', '```', '', 'No more.', ''].join('\n');

test('an example is the YAML below its sentence', () => {
  expect(example('Do a thing', readme)).toEqual({ a: { b: 1 } });
});

test('a sentence without YAML below it is no example', () => {
  expect(() => example('No more', readme)).toThrow('no YAML after a paragraph that begins with "No more"');
  expect(() => example('Never', readme)).toThrow('begins with "Never"');
});
