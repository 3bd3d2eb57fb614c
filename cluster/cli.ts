// The command line of `npm run up`, `down`, `image`, `cluster` and `rehearse`. Errors for the user are printed without
// a stack trace.
import { describeError } from '../support/errors.ts';
import { nearest } from '../support/nearest.ts';
import { UsageError } from '../support/options.ts';
import { coloured, print, say } from '../support/output.ts';
import type { Command } from './commands/command.ts';

const FAILED = 1;
const MISUSED = 2;
const INTERRUPTED = 130;

/** The commands by name. Each one is loaded only when it runs, so that `--help` and small commands are fast. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  up: async () => (await import('./commands/up.ts')).up,
  down: async () => (await import('./commands/down.ts')).down,
  image: async () => (await import('./commands/image.ts')).image,
  cluster: async () => (await import('./commands/cluster.ts')).cluster,
  rehearse: async () => (await import('./commands/rehearse.ts')).rehearse,
};

/** Runs the command that the first of the command-line arguments names. */
export async function main(args: readonly string[]): Promise<void> {
  const [name = '--help', ...rest] = args;
  if (name === '--help' || name === '-h') return printCommands();
  const load = commands[name];
  if (load === undefined) throw unknownCommand(name);
  const command = await load();
  if (rest.includes('--help') || rest.includes('-h')) return print(command.help);
  running = command;
  return command.run(rest);
}

async function printCommands(): Promise<void> {
  print('npm run COMMAND [-- OPTIONS]; add --help after a command to read more about it');
  print();
  for (const [name, load] of Object.entries(commands)) print(`  ${name.padEnd(10)}${(await load()).summary}`);
}

function unknownCommand(name: string): UsageError {
  const close = nearest(name, Object.keys(commands));
  const todo = close === undefined ? 'run it with --help to see what each does' : `did you mean ${close}?`;
  return new UsageError(`There is no command ${name}.`, {
    expected: Object.keys(commands).join(', '),
    found: name,
    todo,
  });
}

/** The command that runs. */
let running: Command | undefined;

/** When the first interrupt came. */
let interruptedAt: number | undefined;

/**
 * Milliseconds in which interrupts are one. Ctrl-C reaches this process from the terminal and from its parent, which
 * passes it on.
 */
const ONE_INTERRUPT = 1_000;

/**
 * Ends the process on an interrupt. Most commands have nothing to undo, because everything made so far is recorded, and
 * the same command can run again. A second interrupt doesn't wait until a command has undone the rest.
 */
async function interrupted(): Promise<void> {
  const now = performance.now();
  if (interruptedAt !== undefined && now - interruptedAt < ONE_INTERRUPT) return;
  const isFirst = interruptedAt === undefined;
  interruptedAt ??= now;
  if (!isFirst) say('\nInterrupted again.');
  else if (running?.onInterrupt) await running.onInterrupt().catch((error: unknown) => say(describeError(error)));
  else say('\nInterrupted. Run it again to continue. npm run down removes what up made so far.');
  process.exit(INTERRUPTED);
}

if (import.meta.main) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void interrupted());
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    // What an interrupt breaks off is no news.
    if (interruptedAt !== undefined) await new Promise(() => undefined);
    say(`${coloured('red', '✗', process.stderr)} ${describeError(error)}`);
    process.exitCode = error instanceof UsageError ? MISUSED : FAILED;
  }
}
