// Finds where in a YAML file the cursor is, by the indentation of the lines above. A parser can't, because a file in
// which somebody types is rarely whole.

export interface Place {
  /** The keys around the cursor, from the outermost on, such as `processors`, `batch`. */
  readonly path: readonly string[];
  /** Whether the cursor is at a key, at a value, or at an item of a list. */
  readonly at: 'key' | 'value' | 'item';
  /** Where the word at the cursor begins. */
  readonly from: number;
}

const KEY = /^(\s*(?:- )?)["']?([^\s"'#:][^"'#:]*?)["']?\s*:(?:\s|$)/;

/** @returns undefined in a comment */
export function placeAt(text: string, at: number): Place | undefined {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const before = text.slice(start, at);
  if (/(^|\s)#/.test(before)) return undefined;
  const above = text.slice(0, start).split('\n').slice(0, -1);
  const from = at - lengthOf(/[^\s:[\]{},"']*$/, before);
  const key = KEY.exec(before);
  if (key) return inLine(before, key, { above, from });
  const isItem = /^\s*- /.test(before);
  // The items of a list may stand as far left as its key.
  const indent = lengthOf(/^\s*/, before) + (isItem ? 1 : 0);
  return { path: pathTo(above, indent), at: isItem ? 'item' : 'key', from };
}

const lengthOf = (pattern: RegExp, text: string): number => pattern.exec(text)?.[0].length ?? 0;

/** Returns the place behind a key on the same line. */
function inLine(
  before: string,
  [, lead = '', name = '']: RegExpExecArray,
  { above, from }: { above: string[]; from: number },
): Place {
  const path = [...pathTo(above, lead.length), name];
  const isList = /\[[^\]]*$/.test(before);
  return { path, at: isList ? 'item' : 'value', from };
}

/** Returns the keys that enclose a line with this indentation. */
function pathTo(above: readonly string[], indent: number): string[] {
  const path: string[] = [];
  let limit = indent;
  for (const line of above.toReversed()) {
    const [, lead = '', name = ''] = KEY.exec(line) ?? [];
    if (name === '' || lead.length >= limit) continue;
    path.unshift(name);
    limit = lead.length;
    if (limit === 0) break;
  }
  return path;
}
