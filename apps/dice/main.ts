// Runs the learner's dice: the TypeScript beside this program, as it is. When it can't start, says where and why.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { fatal } from '../../support/console.ts';
import { exitCalled, startFailure } from './failure.ts';

const source = resolve(process.argv[2] ?? join(import.meta.dirname, 'dice', 'app.ts'));
const stripper = join(import.meta.dirname, 'strip.js');

/** Node's own stripping of types, but in a child that ends, so that the stripper's memory is given back. */
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

/** A server that ends by itself is a riddle to who looks at it: says where it was told to. */
const exit = process.exit.bind(process);
process.exit = (code) => {
  const said = exitCalled(source, new Error().stack ?? '', code);
  if (said !== undefined) process.stderr.write(`${said}\n`);
  return exit(code);
};

if (!existsSync(source)) fatal(`dice can't start: expected its code at ${source}, found no such file`);
try {
  await import(pathToFileURL(source).href);
} catch (error) {
  const stack = error instanceof Error ? (error.stack ?? '') : String(error);
  // V8 keeps the place of some syntax errors to itself: Node's own report, for an error nobody catches, has it.
  if (error instanceof SyntaxError && !stack.includes('.ts:')) throw error;
  fatal(startFailure(source, stack));
}
