import { encodingProblem } from './encoding.ts';

const bigEndian = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

test.each([
  ['with a byte order mark, little-endian', Buffer.from('\ufeffimport', 'utf16le')],
  ['with a byte order mark, big-endian', bigEndian('\ufeffimport')],
  ['without a byte order mark, little-endian', Buffer.from('import', 'utf16le')],
  ['without a byte order mark, big-endian', bigEndian('import')],
])('recognizes UTF-16 %s, and says how to save the file', (_title, bytes) => {
  expect(encodingProblem(bytes)).toMatch(/^expected UTF-8, found UTF-16\..*Set-Content -Encoding utf8/);
});

test('recognizes another encoding', () => {
  expect(encodingProblem(Buffer.from('// caf\xe9', 'latin1'))).toBe(
    'expected UTF-8, found another encoding. Save the file as UTF-8',
  );
});

test.each(['', 'a', 'const roll = 1;\n', '\ufeff// a byte order mark', '// “é” 🎲'])('accepts the text %j', (text) => {
  expect(encodingProblem(Buffer.from(text))).toBeUndefined();
});
