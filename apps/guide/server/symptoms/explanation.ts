// What a symptom means: the cause in a learner's file, and what to do about it.
import type { FileName } from '../../contract.ts';

export interface Explanation {
  readonly file: FileName;
  readonly line?: number;
  /** What is wrong, as a sentence without a full stop. */
  readonly cause: string;
  readonly todo: string;
}

/** A row of a table of symptoms: what a program prints, and what that means. */
export interface Symptom {
  readonly pattern: RegExp;
  readonly explain: (match: RegExpExecArray) => Pick<Explanation, 'cause' | 'todo'>;
}

/** Returns the meaning of the first symptom in the table that the text shows. */
export function explained(table: readonly Symptom[], text: string): Pick<Explanation, 'cause' | 'todo'> | undefined {
  for (const { pattern, explain } of table) {
    const match = pattern.exec(text);
    if (match) return explain(match);
  }
  return undefined;
}

export const inWords = ({ cause, todo }: Pick<Explanation, 'cause' | 'todo'>): string => `${cause}. ${todo}`;

/** Returns the place of a cause, such as `settings.env, line 1`. */
export const placeOf = ({ file, line }: Pick<Explanation, 'file' | 'line'>): string =>
  `${file}${line === undefined ? '' : `, line ${line}`}`;

/** Returns the cause as a sentence that begins with its place, such as `settings.env, line 1: …`. */
export const causeWithPlace = (explanation: Explanation): string => `${placeOf(explanation)}: ${explanation.cause}`;

/** Returns the number of the first line that matches the pattern, as the field `line`, or an empty object. */
export function lineOf(text: string, pattern: RegExp): { line?: number } {
  const index = text.split('\n').findIndex((line) => pattern.test(line));
  return index < 0 ? {} : { line: index + 1 };
}

export const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
