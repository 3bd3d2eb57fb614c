// The one place that writes plain lines to the console; everything else logs with pino.

export function printLine(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Says what is wrong in one line (no stack: it is the user's to mend, not ours) and ends the process with code 1. */
export function fatal(error: unknown): never {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
