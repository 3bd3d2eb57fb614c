// Errors for people at the terminal, and the text of any error. A UserError says what was expected, what was found and
// what to do. It is printed without a stack.
import { isNativeError } from 'node:util/types';

/** The details that are printed below the message of a UserError. Each text may have several lines. */
export interface Advice {
  readonly expected?: string;
  readonly found?: string;
  /** What the user can do. A list has one item per alternative. */
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

/**
 * Returns the text to print for a thrown value. The text of an AggregateError contains the text of each error in it.
 */
export function describeError(error: unknown): string {
  if (error instanceof UserError) return [error.message, adviceText(error.advice)].join('\n');
  if (error instanceof AggregateError) return error.errors.map(describeError).join('\n');
  if (error instanceof Error) return error.stack ?? error.message;
  return String(error);
}

/** Returns the details of a UserError as indented lines with labels, to print below its message. */
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

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Returns a thrown value as an Error, whatever the value is. Never throws an error itself. If the value is an object
 * but no Error, the message says only that it is an object, because its content may be a secret.
 */
export function asError(thrown: unknown): Error {
  if (isNativeError(thrown) || thrown instanceof Error) return thrown;
  return new Error(`Expected an Error to be thrown, found ${described(thrown)}.`, { cause: thrown });
}

function described(thrown: unknown): string {
  if (typeof thrown === 'object' && thrown !== null) return 'an object';
  if (typeof thrown === 'function') return 'a function';
  return String(thrown);
}
