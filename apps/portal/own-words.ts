// Checks what people write to others in the class. It is any text that can be shown. Pages escape it.
import { isShowable } from '../../support/shown-text.ts';

export type WordsResult = { readonly text: string } | { readonly problem: string };

/**
 * Checks and normalizes a text. Its ends lose spaces. Line breaks stay if `lines` is true, and otherwise become spaces.
 * @param most the longest text in characters
 * @returns the text, which may be empty, or a sentence that says what was expected and found
 */
export function ownWords(value: unknown, most: number, { lines = false } = {}): WordsResult {
  if (typeof value !== 'string')
    return { problem: `Expected a text, found ${value === null ? 'null' : typeof value}.` };
  const text = value
    .normalize('NFC')
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll('\t', ' ')
    .replaceAll('\n', lines ? '\n' : ' ')
    .trim();
  const length = [...text].length;
  if (length > most) return { problem: `Expected at most ${most} characters, found ${length}. Shorten the text.` };
  if (!isShowable(text, { lines: true }))
    return { problem: 'Expected a text, found characters that can’t be shown. Type the text by hand.' };
  return { text };
}
