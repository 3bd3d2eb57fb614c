// Prints plain lines to the terminal, for commands that people run. All other code in the container image logs with
// pino.
import { styleText } from 'node:util';
import { messageOf } from './errors.ts';

export type Colour = 'red' | 'green' | 'yellow' | 'cyan' | 'magenta' | 'blue' | 'dim' | 'bold';

/** Prints a line of a command's result to standard output. */
export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** Prints a line about a command's progress to standard error. */
export function say(line = ''): void {
  process.stderr.write(`${line}\n`);
}

/** Prints the message of an error and exits with code 1. Prints no stack, because the user can fix the error. */
export function fatal(error: unknown): never {
  say(messageOf(error));
  process.exit(1);
}

/** Returns `text` in a colour if `stream` is a terminal and the variable NO_COLOR (https://no-color.org) is not set. */
export function coloured(colour: Colour, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(colour, text, { stream });
}

/** Returns a duration in milliseconds as text for people: `0.4 s`, `12.3 s`, `4 min 05 s`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 99.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}
