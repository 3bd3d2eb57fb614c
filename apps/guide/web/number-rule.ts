// Decides whether what stands in a field for a number is one that the page can use, and says what is wrong with it.

export interface NumberRule {
  /** What the number counts, such as `milliseconds`. */
  readonly noun: string;
  readonly least: number;
  readonly most?: number;
  readonly isWhole?: boolean;
  /** What an empty field means, such as `any duration`. Without it, the field may not be empty. */
  readonly empty?: string;
  /** A number that is right. */
  readonly example: number;
}

export type NumberRead = { readonly number: number | undefined } | { readonly problem: string };

/**
 * Reads the text of a field.
 * @param isNumber whether the browser takes the text for a number. It hides any other text, so `text` is empty then.
 */
export function readNumber(text: string, isNumber: boolean, rule: NumberRule): NumberRead {
  if (!isNumber) return { problem: problemWith('no number', rule) };
  if (text.trim() === '')
    return rule.empty === undefined ? { problem: problemWith('none', rule) } : { number: undefined };
  const number = Number(text);
  return fits(number, rule) ? { number } : { problem: problemWith(text.trim().slice(0, 40), rule) };
}

const fits = (number: number, { least, most = Number.MAX_VALUE, isWhole = false }: NumberRule): boolean =>
  number >= least && number <= most && (!isWhole || Number.isInteger(number));

function problemWith(found: string, { noun, least, most, isWhole = false, empty, example }: NumberRule): string {
  const number = isWhole ? 'a whole number' : 'a number';
  const range = most === undefined ? `of ${least} or more` : `from ${least} to ${most}`;
  const todo = empty === undefined ? '' : `, or leave the field empty for ${empty}`;
  return `Expected ${number} of ${noun} ${range}, found ${found}. Write one such as ${example}${todo}.`;
}
