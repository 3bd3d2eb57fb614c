// Runs the learner's code for the dice: a TypeScript file next to this program. If the code can't start, the program
// reports the error and its line.
import { execFile } from 'node:child_process';
import console from 'node:console';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fatal } from '../../support/output.ts';
import { recorder } from '../telemetry/report.ts';
import { errorIn, exitCalled, startFailure } from './failure.ts';

const source = resolve(process.argv[2] ?? join(import.meta.dirname, 'dice', 'app.ts'));
const stripper = join(import.meta.dirname, 'strip.js');

/**
 * Removes the types from TypeScript code with Node's own function. It does so in a child process, because the type
 * stripper would keep 11 MiB of memory in this process. Meanwhile this process answers health checks.
 */
async function stripTypes(file: string): Promise<string> {
  const options = { encoding: 'utf8', env: {}, maxBuffer: 64 * 1024 * 1024 } as const;
  return new Promise((done) =>
    execFile(process.execPath, ['--no-warnings', stripper, file], options, (error, stdout, stderr) => {
      if (error) fatal(startFailure(source, stderr || error.message));
      done(stdout);
    }),
  );
}

/** Lets Node run the learner's code, whose types are removed already. */
function hookLoader(code: string): void {
  // A mounted ConfigMap's file is a link, and Node names a module by the file behind it.
  const module = pathToFileURL(realpathSync(source)).href;
  registerHooks({
    load(url, context, nextLoad) {
      if (url !== module) return nextLoad(url, context);
      return { format: 'module', source: code, shortCircuit: true };
    },
  });
}

/** Replaces `console.error`, by which Express reports an error of a handler, to remember the error and its line. */
const printError = console.error.bind(console);
console.error = (...parts: unknown[]) => {
  for (const part of parts) {
    const error = errorIn(source, part instanceof Error ? (part.stack ?? '') : String(part));
    if (error) recorder.exceptions.add(error.message, error.line);
  }
  printError(...parts);
};

/** Replaces `process.exit` to report the line that calls it. Otherwise, a learner can't see why their server ended. */
const exit = process.exit.bind(process);
process.exit = (code) => {
  const message = exitCalled(source, new Error().stack ?? '', code);
  if (message !== undefined) process.stderr.write(`${message}\n`);
  return exit(code);
};

if (!existsSync(source))
  fatal(`dice can't start: expected its code at ${source}, found no such file. Check the ConfigMap of the dice.`);
recorder.startedWith('app.ts', readFileSync(source));
if (source.endsWith('.ts')) hookLoader(await stripTypes(source));
try {
  await import(pathToFileURL(source).href);
  recorder.stage = 'loaded';
} catch (error) {
  const stack = error instanceof Error ? (error.stack ?? '') : String(error);
  // For some syntax errors, the stack doesn't name the line of code. Node prints that line if nothing catches the
  // error.
  if (error instanceof SyntaxError && !stack.includes('.ts:')) throw error;
  fatal(startFailure(source, stack));
}
