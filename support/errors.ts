// Errors meant for the person at the terminal: what was expected, what was found, what to do. Printed without a stack.

/** The three things a message owes its reader; each may have several lines. */
export interface Advice {
  expected?: string;
  found?: string;
  /** What to do about it, one entry per possibility. */
  todo: string | readonly string[];
}

/** Something the user can mend. Anything else that is thrown is a bug of ours and is printed with its stack. */
export class UserError extends Error {
  readonly advice: Advice;

  constructor(message: string, advice: Advice, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UserError';
    this.advice = advice;
  }
}

/** The text to print for whatever was thrown; of an AggregateError, each of its errors. */
export function describeError(error: unknown): string {
  if (error instanceof UserError) return [error.message, adviceText(error.advice)].join('\n');
  if (error instanceof AggregateError) return error.errors.map(describeError).join('\n');
  if (error instanceof Error) return error.stack ?? error.message;
  return String(error);
}

/** The advice as indented lines, labelled, ready to stand below a message. */
export function adviceText(advice: Advice): string {
  const todo = typeof advice.todo === 'string' ? [advice.todo] : advice.todo;
  return [
    ...(advice.expected === undefined ? [] : [labelled('expected', advice.expected)]),
    ...(advice.found === undefined ? [] : [labelled('found', advice.found)]),
    ...todo.map((text, index) => labelled(index === 0 ? 'do' : 'or', text)),
  ].join('\n');
}

function labelled(label: string, text: string): string {
  return `  ${label.padEnd(8)}  ${text.split('\n').join(`\n${' '.repeat(12)}`)}`;
}
