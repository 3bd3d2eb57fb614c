// Which characters a page or a terminal can show as they are. Texts that people write for others have no others.

/**
 * The inside of a character class: what can't be shown on a line, and what changes the direction of the text beside it.
 * https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
 */
const UNSEEN_CLASS = String.raw`\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069`;

const UNSEEN = new RegExp(`[${UNSEEN_CLASS}]`, 'gu');

/** The inside of a character class: what has a shape. A name of other characters can't be seen or pressed. */
const VISIBLE_CLASS = String.raw`\p{L}\p{N}\p{P}\p{S}`;

const VISIBLE = new RegExp(`[${VISIBLE_CLASS}]`, 'u');

/** Whether the text can be shown. Line breaks may be in it only if `lines` is true. */
export const isShowable = (text: string, { lines = false } = {}): boolean =>
  text.isWellFormed() && (lines ? text.replaceAll('\n', '') : text).search(UNSEEN) === -1;

/** Whether the text has a character that can be seen. */
export const isVisible = (text: string): boolean => VISIBLE.test(text);

/** Replaces each character that can't be shown. Default: by the character that stands for one that can't be shown. */
export const replaceUnseen = (text: string, replacement: (character: string) => string = () => '\ufffd'): string =>
  text.toWellFormed().replace(UNSEEN, replacement);

/** Returns a name that can be shown, whatever was stored. It is empty if the name has nothing that can be seen. */
export const shownName = (name: string): string => (isVisible(name) ? replaceUnseen(name) : '');

/**
 * A regular expression that a name must match, in the syntax of RE2, for rules that the API server checks. The name may
 * be empty. https://github.com/google/re2/wiki/Syntax
 */
export const NAME_PATTERN = `^([^U]*[${VISIBLE_CLASS}][^U]*)?$`.replaceAll(
  'U',
  UNSEEN_CLASS.replaceAll(/\\u([0-9a-f]{4})/g, String.raw`\x{$1}`),
);
