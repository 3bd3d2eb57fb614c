// Runs the learner's code for the dice: a TypeScript file next to this program. If the code can't start, the program
// reports the error and its line.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { fatal } from '../../support/output.ts';
import { exitCalled, startFailure } from './failure.ts';

const source = resolve(process.argv[2] ?? join(import.meta.dirname, 'dice', 'app.ts'));
const stripper = join(import.meta.dirname, 'strip.js');

/**
 * Removes the types from TypeScript code with Node's own function. It does so in a child process, because the type
 * stripper would keep 11 MiB of memory in this process.
 */
function stripTypes(file: string): string {
  const child = spawnSync(process.execPath, ['--no-warnings', stripper, file], { encoding: 'utf8', env: {} });
  if (child.error) throw child.error;
  if (child.status !== 0) fatal(startFailure(source, child.stderr));
  return child.stdout;
}

registerHooks({
  load(url, context, nextLoad) {
    if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context);
    return { format: 'module', source: stripTypes(fileURLToPath(url)), shortCircuit: true };
  },
});

/** Replaces `process.exit` to report the line that calls it. Otherwise, a learner can't see why their server ended. */
const exit = process.exit.bind(process);
process.exit = (code) => {
  const message = exitCalled(source, new Error().stack ?? '', code);
  if (message !== undefined) process.stderr.write(`${message}\n`);
  return exit(code);
};

if (!existsSync(source))
  fatal(`dice can't start: expected its code at ${source}, found no such file. Check the ConfigMap of the dice.`);
try {
  await import(pathToFileURL(source).href);
} catch (error) {
  const stack = error instanceof Error ? (error.stack ?? '') : String(error);
  // For some syntax errors, the stack doesn't name the line of code. Node prints that line if nothing catches the
  // error.
  if (error instanceof SyntaxError && !stack.includes('.ts:')) throw error;
  fatal(startFailure(source, stack));
}
