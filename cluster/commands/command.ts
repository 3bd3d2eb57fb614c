// What a command of the command line is, and what several of them have in common.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../../support/options.ts';
import type { Options } from '../../support/options.ts';

export interface Command {
  /** One line for the list of commands. */
  summary: string;
  /** What follows the command's name, and what the command does, as the help text has it. */
  help: string;
  options: Options;
  /** What its positional arguments may be, in order. */
  positionals?: readonly (readonly string[])[];
  run(args: readonly string[]): Promise<void>;
}

/** The directory the user is in: npm runs scripts in the root of the checkout and says where it was started. */
export function userDirectory(): string {
  return process.env['INIT_CWD'] ?? process.cwd();
}

/** A port number. @throws UsageError for anything else */
export function portOf(text: string, option: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new UsageError(`${option} ${text} is not a port.`, {
    expected: 'a number from 1 to 65535',
    found: text,
    todo: 'give it one',
  });
}

/** A name as Kubernetes has them (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names). */
export function nameOf(text: string, option: string): string {
  if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)) return text;
  throw new UsageError(`${option} ${text} is not a name that Kubernetes takes.`, {
    expected: 'at most 63 lower case letters, digits and dashes, no dash at either end',
    found: text,
    todo: 'give it another',
  });
}

/** A file the user named, as an absolute path. @throws UsageError when there is none */
export function fileOf(text: string, option: string): string {
  const path = resolve(userDirectory(), text);
  if (existsSync(path)) return path;
  throw new UsageError(`There is no file ${text}.`, {
    expected: `${option} with a file that exists`,
    found: `nothing at ${path}`,
    todo: 'see to the path',
  });
}
