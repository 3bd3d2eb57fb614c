import { CutStrings, LONGEST_TEXT } from './cut-strings.ts';

/** Cuts a document that arrives in pieces of `size` bytes. */
function cut(document: string, size: number): { json: unknown; cut: number } {
  const strings = new CutStrings();
  const bytes = Buffer.from(document);
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_piece, index) =>
    strings.keep(bytes.subarray(index * size, (index + 1) * size)),
  );
  return { json: JSON.parse(Buffer.concat(pieces).toString()) as unknown, cut: strings.cut };
}

const sizes = [1, 7, 16_384, 1_000_000];

test.each(sizes)('keeps a document without long texts as it is, in pieces of %d bytes', (size) => {
  const document = {
    a: ['"', '\\', '\\"', '{}', 'ü😀', '\u0000', 'x'.repeat(LONGEST_TEXT)],
    'b"': 1.5,
    c: { d: null },
  };
  expect(cut(JSON.stringify(document), size)).toEqual({ json: document, cut: 0 });
});

test.each(sizes)('cuts each long text, also in the name of a field, in pieces of %d bytes', (size) => {
  const long = 'x'.repeat(100_000);
  const kept = `${'x'.repeat(LONGEST_TEXT)}… cut from 100 kB`;
  expect(cut(JSON.stringify({ [long]: [long, 'short'] }), size)).toEqual({ json: { [kept]: [kept, 'short'] }, cut: 2 });
});

test.each(['ü', '😀', '"', '\\', '\n', '\u0001', '\ud83d'])(
  'does not cut a text of %j within a character',
  (character) => {
    for (let shift = 0; shift < 7; shift += 1) {
      const { json } = cut(JSON.stringify('x'.repeat(shift) + character.repeat(LONGEST_TEXT)), 1_000);
      expect(json).not.toContain('\ufffd');
      expect(json).toMatch(/… cut from [\d.]+ kB$/);
    }
  },
);
