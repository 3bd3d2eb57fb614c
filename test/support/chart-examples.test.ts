import { example } from './chart-examples.ts';

const readme = ['# A chart', '', 'Do a thing.', '', '```yaml', 'a:', '  b: 1', '```', '', 'No more.', ''].join('\n');

test("finds an example in the chart's README by its first words, and parses its YAML", () => {
  expect(example('Do a thing', readme)).toEqual({ a: { b: 1 } });
});

test('throws for words that no YAML block follows', () => {
  expect(() => example('No more', readme)).toThrow('no YAML after a paragraph that begins with "No more"');
  expect(() => example('Never', readme)).toThrow('begins with "Never"');
});
