// The only place in the apps that writes plain lines to the console. Everything else logs with pino.

export function printLine(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints the error's message, without a stack since the user can fix it, and exits with code 1. */
export function fatal(error: unknown): never {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
