// What a person asks to be called. It is any text of one line. Pages escape it.
import { isShowable, isVisible } from '../../support/shown-text.ts';

export const LONGEST_NAME = 100;

export type NameResult = { readonly name: string } | { readonly problem: string };

/** Checks and normalizes a name. The problem is a sentence that says what was expected and found. */
export function personName(text: string): NameResult {
  const name = text.normalize('NFC').trim();
  const length = [...name].length;
  // A name of characters without a shape, such as spaces of no width, can't be seen or pressed.
  if (!isVisible(name)) return { problem: 'Expected a name of 1 to 100 characters, found none.' };
  if (length > LONGEST_NAME)
    return { problem: `Expected a name of at most ${LONGEST_NAME} characters, found ${length}.` };
  if (!isShowable(name))
    return { problem: 'Expected a name of one line, found characters that can’t be shown. Type the name by hand.' };
  return { name };
}
