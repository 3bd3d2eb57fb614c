// The shape of a command, and what several commands share.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../../support/options.ts';
import type { Options } from '../../support/options.ts';

export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  /** The text that --help prints. */
  readonly help: string;
  readonly options: Options;
  /** The allowed words for each positional argument, in order. */
  readonly positionals?: readonly (readonly string[])[];
  run(args: readonly string[]): Promise<void>;
}

/**
 * The directory of the user. npm runs scripts in the root of the checkout, and says in INIT_CWD where it was started.
 */
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
    todo: 'give a port number',
  });
}

/**
 * A name that Kubernetes accepts.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
 */
export function nameOf(text: string, option: string): string {
  if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)) return text;
  throw new UsageError(`${option} ${text} is not a name that Kubernetes accepts.`, {
    expected: 'at most 63 lower case letters, digits and dashes, no dash at either end',
    found: text,
    todo: 'choose another name',
  });
}

/** The absolute path of a file that the user named. @throws UsageError when there is no such file */
export function fileOf(text: string, option: string): string {
  const path = resolve(userDirectory(), text);
  if (existsSync(path)) return path;
  throw new UsageError(`There is no file ${text}.`, {
    expected: `${option} with a file that exists`,
    found: `nothing at ${path}`,
    todo: 'check the path',
  });
}
