// The lines that dice prints when it starts anew in its pod. The log goes on, so they tell which code has printed the
// lines after them. The learner's code could print them, too, and would only hide its own lines.

/** Dice prints this before it loads the code of a Run. */
export const NEW_CODE = 'dice starts your new code.';

/** Dice prints this when the code of a Run has failed. */
export const CODE_BEFORE = 'dice starts the code of before again.';

/** Returns the lines that dice has printed since it started last. */
export function sinceStart(lines: readonly string[]): readonly string[] {
  return lines.slice(lines.findLastIndex((line) => line === NEW_CODE || line === CODE_BEFORE) + 1);
}
