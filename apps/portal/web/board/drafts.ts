// Makes a poll of what an instructor types.
import type { PollDraft } from '../../board/pages/deck-polls.ts';

/** What the server takes at most: options, and characters of one and of a question. */
export const LIMITS = { options: 8, option: 80, question: 200 };

/** Makes the draft of a free question. @returns a sentence if it can't be asked */
export function draftOf(question: string, lines: string, now: number): PollDraft | string {
  const options = [
    ...new Set(
      lines
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== ''),
    ),
  ];
  if (question.trim() === '') return 'Expected a question, found none.';
  if (options.length === 1) return 'Expected no options, or at least two, found one.';
  if (options.length > LIMITS.options) return `Expected at most ${LIMITS.options} options, found ${options.length}.`;
  const long = options.find((option) => option.length > LIMITS.option);
  if (long) return `Expected options of at most ${LIMITS.option} characters, found one with ${long.length}.`;
  const draft = { id: `poll-${now.toString(36)}`, question: question.trim() };
  return options.length > 0 ? { ...draft, options } : draft;
}
