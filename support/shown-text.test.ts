import { isShowable, isVisible, NAME_PATTERN, replaceUnseen, shownName } from './shown-text.ts';

test.each(['\u0000', '\n', '\t', '\u0085', '\u2028', '\u2029', '\u202a', '\u202e', '\u2066', '\u2069', '\ud800'])(
  'refuses and replaces the character %j',
  (character) => {
    expect(isShowable(`a${character}b`)).toBe(false);
    expect(replaceUnseen(`a${character}b${character}`)).toBe('a\ufffdb\ufffd');
    expect(shownName(`a${character}b`)).toBe('a\ufffdb');
  },
);

test.each(['Zoë 李', 'O’Brien-Smith <b>', '👩🏽‍💻', 'عمر\u200f', ''])('leaves %j as it is', (text) => {
  expect(isShowable(text)).toBe(true);
  expect(replaceUnseen(text)).toBe(text);
});

test('accepts line breaks in a text of several lines, and nothing else that a line can’t have', () => {
  expect(isShowable('a\nb\n', { lines: true })).toBe(true);
  expect(['a\r\nb', 'a\u2028b', 'a\u202eb'].map((text) => isShowable(text, { lines: true }))).toEqual(
    Array(3).fill(false),
  );
});

test('calls nobody by a name that can’t be seen', () => {
  expect(['\u200b\u200b', '  ', '', '\u202e'].map(shownName)).toEqual(Array(4).fill(''));
});

test('has the same rule for the API server, whose regular expressions have another syntax', () => {
  const pattern = new RegExp(NAME_PATTERN.replaceAll(/\\x\{([0-9a-f]+)\}/g, String.raw`\u{$1}`), 'u');
  const names = Array.from({ length: 0x3000 }, (_, code) => String.fromCodePoint(code)).flatMap((one) => [
    one,
    `a${one}`,
  ]);
  for (const name of names) expect([name, pattern.test(name)]).toEqual([name, isVisible(name) && isShowable(name)]);
  expect(pattern.test('')).toBe(true);
});
