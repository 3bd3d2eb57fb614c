// Errors for the person at the terminal. They say what was expected, what was found and what to do, without a stack.

/** What a message tells its reader. Each text may have several lines. */
export interface Advice {
  readonly expected?: string;
  readonly found?: string;
  /** What to do, one entry per possibility. */
  readonly todo: string | readonly string[];
}

/** An error that the user can fix. Any other error is a bug of ours and is printed with its stack. */
export class UserError extends Error {
  readonly advice: Advice;

  constructor(message: string, advice: Advice, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UserError';
    this.advice = advice;
  }
}

/** The text to print for a thrown value. For an AggregateError, it holds the text of each of its errors. */
export function describeError(error: unknown): string {
  if (error instanceof UserError) return [error.message, adviceText(error.advice)].join('\n');
  if (error instanceof AggregateError) return error.errors.map(describeError).join('\n');
  if (error instanceof Error) return error.stack ?? error.message;
  return String(error);
}

/** The advice as indented and labelled lines, to print below a message. */
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
