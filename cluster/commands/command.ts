// The interface of a command, and functions with which several commands read their options.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../../support/options.ts';
import type { Options } from '../../support/options.ts';

export interface Command {
  /** The line about this command in the list of all commands. */
  readonly summary: string;
  /** The text that --help prints. */
  readonly help: string;
  readonly options: Options;
  /** The allowed words for each positional argument, in order. */
  readonly positionals?: readonly (readonly string[])[];
  run(args: readonly string[]): Promise<void>;
  /** Undoes what would stay after an interrupt. Without it, nothing has to be undone. */
  onInterrupt?(): Promise<void>;
}

/**
 * Returns the user's working directory. npm runs scripts in the root of the checkout, and puts the user's directory
 * into INIT_CWD.
 */
export function userDirectory(): string {
  return process.env['INIT_CWD'] ?? process.cwd();
}

/** Parses a port number. @throws UsageError if `text` is not a port number */
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
 * Checks a name by the rules of Kubernetes. @throws UsageError for an invalid name
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

/**
 * Checks the name of a release. Services are named after it, so it starts with a letter. @throws UsageError for an
 * invalid name
 */
export function releaseNameOf(text: string, option: string): string {
  if (/^[a-z]([-a-z0-9]{0,51}[a-z0-9])?$/.test(text)) return text;
  throw new UsageError(`${option} ${text} is not a name for a release of the lab.`, {
    expected: 'a lower case letter, then at most 52 lower case letters, digits and dashes, no dash at the end',
    found: text,
    todo: 'choose another name, such as otel-101',
  });
}

/** Returns the absolute path of a file that the user named. @throws UsageError if the file does not exist */
export function fileOf(text: string, option: string): string {
  const path = resolve(userDirectory(), text);
  if (existsSync(path)) return path;
  throw new UsageError(`The file ${text} does not exist.`, {
    expected: `${option} with a file that exists`,
    found: `nothing at ${path}`,
    todo: 'check the path',
  });
}
