// Writes a step's questions to a text that the learner fills in, and reads the answers from it. Each answer is a line
// NAME=ANSWER.
import type { Question } from '../contract.ts';

interface QuestionForm {
  readonly id: string;
  readonly questions: readonly Question[];
}

/**
 * Makes the text of an answers file. It has each question as a comment, and below the question a line for its answer.
 * @throws if the step has no questions
 */
export function formOf({ id, questions }: QuestionForm): string {
  if (questions.length === 0) throw new Error(`${id} has no questions: its check needs no answers`);
  return questions
    .map(({ name, label, options }) => `# ${label}${options ? ` (${options.join(', ')})` : ''}\n${name}=`)
    .join('\n');
}

/**
 * Reads the learner's answers from the text of an answers file.
 * @throws on a line that is neither an answer nor a comment
 */
export function answersIn(text: string): Record<string, string> {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, answer] = /^([\w.-]+)\s*=(.*)$/.exec(line) ?? [];
      if (name === undefined || answer === undefined)
        throw new Error(`expected NAME=ANSWER, found "${line.slice(0, 80)}"`);
      return [name, unquoted(answer.trim())];
    }),
  );
}

const unquoted = (text: string): string => /^(["'])(.*)\1$/.exec(text)?.[2] ?? text;
