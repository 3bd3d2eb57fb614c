// The only place that writes plain lines to the terminal. In the image, everything else logs with pino.
import { styleText } from 'node:util';
import { messageOf } from './errors.ts';

export type Colour = 'red' | 'green' | 'yellow' | 'cyan' | 'magenta' | 'blue' | 'dim' | 'bold';

/** Prints a line of the result to standard output. */
export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** Prints a line about the progress to standard error. */
export function say(line = ''): void {
  process.stderr.write(`${line}\n`);
}

/** Prints the error's message, without a stack since the user can fix it, and exits with code 1. */
export function fatal(error: unknown): never {
  say(messageOf(error));
  process.exit(1);
}

/** `text` in a colour when `stream` is a terminal and NO_COLOR (https://no-color.org) is not set. */
export function coloured(colour: Colour, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(colour, text, { stream });
}

/** A duration as text for people: `0.4 s`, `12.3 s`, `4 min 05 s`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 99.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}
