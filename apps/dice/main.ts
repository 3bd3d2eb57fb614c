// Runs the learner's code for the dice: a TypeScript file next to this program. If the code can't start, the program
// reports the error and its line.
import console from 'node:console';
import { existsSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../../support/errors.ts';
import { fatal } from '../../support/output.ts';
import { recorder } from '../telemetry/report.ts';
import { errorIn, exitCalled, startFailure } from './failure.ts';
import { openedRun } from './run/run.ts';
import { stripTypes } from './strip-types.ts';

const source = resolve(process.argv[2] ?? join(import.meta.dirname, 'dice', 'app.ts'));
const run = openedRun();

/** Ends a start that failed. */
function failStart(message: string): never {
  return run ? run.failStart(message) : fatal(message);
}

/** Lets Node run the learner's code, whose types are removed already. It need not be in the file of its name. */
function hookLoader(code: string): void {
  const module = pathToFileURL(source).href;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier !== module) return nextResolve(specifier, context);
      return { url: module, format: 'module', shortCircuit: true };
    },
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
  if (message !== undefined) {
    run?.onExit(message);
    process.stderr.write(`${message}\n`);
  }
  return exit(code);
};

/** Returns the learner's code: that of a Run, or else the file's. */
function readCode(): Buffer {
  if (run && !run.isMounted) return run.code;
  if (!existsSync(source))
    failStart(`dice can't start: expected its code at ${source}, found no such file. Check the ConfigMap of the dice.`);
  return run?.code ?? readFileSync(source);
}

const bytes = readCode();
recorder.startedWith('app.ts', bytes);
if (source.endsWith('.ts'))
  hookLoader(
    await (run?.stripped ?? stripTypes(source, bytes)).catch((error: unknown) =>
      failStart(startFailure(source, messageOf(error))),
    ),
  );
run?.load();
try {
  await import(pathToFileURL(source).href);
  recorder.stage = 'loaded';
} catch (error) {
  const stack = error instanceof Error ? (error.stack ?? '') : String(error);
  // For some syntax errors, the stack doesn't name the line of code. Node prints that line if nothing catches the
  // error.
  if (error instanceof SyntaxError && !stack.includes('.ts:') && !run?.isTrial) throw error;
  failStart(startFailure(source, stack));
}
