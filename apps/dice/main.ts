// Runs the learner's dice: the TypeScript file next to this program. If it can't start, reports where and why.
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
 * Strips types with Node's own function, but in a child process. When the child ends, the stripper's memory is free
 * again.
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

/** Reports which line called `process.exit`. Without this, a learner can't tell why their server ended. */
const exit = process.exit.bind(process);
process.exit = (code) => {
  const message = exitCalled(source, new Error().stack ?? '', code);
  if (message !== undefined) process.stderr.write(`${message}\n`);
  return exit(code);
};

if (!existsSync(source)) fatal(`dice can't start: expected its code at ${source}, found no such file`);
try {
  await import(pathToFileURL(source).href);
} catch (error) {
  const stack = error instanceof Error ? (error.stack ?? '') : String(error);
  // V8 doesn't expose the line of some syntax errors. Node's report of an uncaught error has it.
  if (error instanceof SyntaxError && !stack.includes('.ts:')) throw error;
  fatal(startFailure(source, stack));
}
