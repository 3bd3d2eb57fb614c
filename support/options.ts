// Parses command-line options with Node's parseArgs. Each command has a table of its options. The help text comes from
// this table. The error for an unknown option suggests the most similar option of the table.
import { parseArgs } from 'node:util';
import { UserError } from './errors.ts';
import { nearest } from './nearest.ts';

export interface Option {
  /** Placeholder for the option's value in the help text, such as `FILE`. An option without a placeholder is a flag. */
  readonly value?: string;
  readonly short?: string;
  /** Whether the option may be repeated. */
  readonly multiple?: true;
  readonly help: string;
}

export type Options = Readonly<Record<string, Option>>;

/**
 * The options that a command line sets, by name. A repeatable option has a list of its values. Any other option with a
 * value has a string. A flag has true.
 */
export type Given<T extends Options> = {
  [K in keyof T]?: T[K] extends { multiple: true } ? string[] : T[K] extends { value: string } ? string : true;
};

/** The error for a command line that is not valid. The command then exits with code 2. */
export class UsageError extends UserError {}

/**
 * Parses the arguments `args`. The table `options` lists the allowed options.
 * @param known the allowed words for each positional argument, in order. By default, no positional argument is allowed.
 * @throws UsageError for an argument that is not allowed
 */
export function parseOptions<T extends Options>(
  args: readonly string[],
  options: T,
  known: readonly (readonly string[])[] = [],
): { given: Given<T>; positionals: string[] } {
  const { tokens } = parseArgs({ args: [...args], options: nodeOptions(options), strict: false, tokens: true });
  const given: Record<string, string | true | string[]> = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'option') {
      const option = options[token.name];
      if (option === undefined) throw unknownOption(token.rawName, options);
      given[token.name] = valueOf(option, token, given[token.name]);
    } else if (token.kind === 'positional') {
      positionals.push(positional(token.value, known[positionals.length]));
    }
  }
  return { given: given as Given<T>, positionals };
}

type NodeOptions = Record<string, { type: 'string' | 'boolean'; short?: string; multiple?: boolean }>;

function nodeOptions(options: Options): NodeOptions {
  const entries = Object.entries(options).map(([name, option]) => [
    name,
    {
      type: option.value === undefined ? 'boolean' : 'string',
      ...(option.short === undefined ? {} : { short: option.short }),
    },
  ]);
  return Object.fromEntries(entries) as NodeOptions;
}

function valueOf(
  option: Option,
  token: { rawName: string; value?: string | undefined; inlineValue?: boolean | undefined },
  before: string | true | string[] | undefined,
): string | true | string[] {
  if (option.value === undefined) {
    if (token.value === undefined) return true;
    throw new UsageError(`${token.rawName} takes no value.`, {
      found: `${token.rawName}=${token.value}`,
      todo: `write ${token.rawName}`,
    });
  }
  // If the value begins with `--`, it is nearly always the next option, and the user forgot the value.
  if (token.value === undefined || token.value === '' || (token.inlineValue !== true && token.value.startsWith('--'))) {
    throw new UsageError(`${token.rawName} needs a value.`, {
      expected: `${token.rawName} ${option.value}`,
      todo: 'add a value',
    });
  }
  return option.multiple === true ? [...(Array.isArray(before) ? before : []), token.value] : token.value;
}

function unknownOption(rawName: string, options: Options): UsageError {
  const names = Object.keys(options).map((name) => `--${name}`);
  const close = nearest(rawName, names);
  return new UsageError(`There is no option ${rawName}.`, {
    expected: names.join(', '),
    found: rawName,
    todo: close === undefined ? 'run it with --help to see what each does' : `did you mean ${close}?`,
  });
}

function positional(value: string, known: readonly string[] | undefined): string {
  if (known?.includes(value) === true) return value;
  const close = nearest(value, known ?? []);
  throw new UsageError(`${value} is not an argument of this command.`, {
    expected: known === undefined ? 'only options' : known.join(', '),
    found: value,
    todo: close === undefined ? 'run it with --help to see the arguments' : `did you mean ${close}?`,
  });
}

/** Returns the table of options as indented lines for a help text. */
export function optionsHelp(options: Options): string {
  const rows = Object.entries(options).map(([name, { short, value, help }]) => {
    const head = `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
    return { head, help };
  });
  const width = Math.max(...rows.map(({ head }) => head.length));
  return rows
    .map(({ head, help }) => `  ${head.padEnd(width)}  ${help.split('\n').join(`\n${' '.repeat(width + 4)}`)}`)
    .join('\n');
}
