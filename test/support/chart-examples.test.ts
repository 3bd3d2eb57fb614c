import { example } from './chart-examples.ts';

const readme = ['# A chart', '', 'Do a thing.', '', '```yaml', 'a:', '  b: 1', '```', '', 'No more.', ''].join('\n');

test('reads the YAML below its sentence', () => {
  expect(example('Do a thing', readme)).toEqual({ a: { b: 1 } });
});

test('rejects a sentence without YAML below it', () => {
  expect(() => example('No more', readme)).toThrow('no YAML after a paragraph that begins with "No more"');
  expect(() => example('Never', readme)).toThrow('begins with "Never"');
});
