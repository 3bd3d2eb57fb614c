// What helps with one of the learner's files while it is typed, whatever its language is.
import type { Explanation, Mistake, Suggestions } from './language/messages.ts';

export interface Assistant {
  /** Completion opens while somebody types if the line up to the cursor matches. */
  readonly opens: RegExp;
  /** While what is typed matches, the suggestions stay and are filtered. */
  readonly keeps: RegExp;
  check(text: string): Promise<readonly Mistake[] | undefined>;
  suggest(text: string, at: number): Promise<Suggestions | undefined>;
  /** Describes a suggestion for the position `at`. */
  describe(text: string, at: number, label: string): Promise<Omit<Explanation, 'from' | 'to'> | undefined>;
  /** Explains what stands at the position `at`. */
  explain(text: string, at: number): Promise<Explanation | undefined>;
}
