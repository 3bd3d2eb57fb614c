// Prints the TypeScript code on standard input as JavaScript, with Node's own type stripping. This is a separate
// program, because the type stripper (a WebAssembly module) keeps 11 MiB of memory until its process ends. That is too
// much for the dice's memory limit.
// Usage: strip.js FILE [check]. FILE is the path that errors name. With `check` the code is compiled too, and not run.
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { pathToFileURL } from 'node:url';
import { encodingProblem } from '../../support/encoding.ts';

/** Returns the bytes as text. @throws Error if they are no UTF-8 text */
function textOf(bytes: Buffer): string {
  const problem = encodingProblem(bytes);
  if (problem !== undefined) throw new Error(problem);
  return bytes.toString();
}

/**
 * Compiles the code as an ES module.
 * @throws SyntaxError, whose place in the code Node prints only if nothing catches it
 */
async function compile(code: string, identifier: string): Promise<void> {
  // SourceTextModule is there only with the flag --experimental-vm-modules.
  const { SourceTextModule } = await import('node:vm');
  new SourceTextModule(code, { identifier });
}

/** Returns the code as JavaScript, or undefined after it has printed why it can't. */
function strip(sourceUrl: string): string | undefined {
  try {
    return stripTypeScriptTypes(textOf(readFileSync(0)), { mode: 'strip', sourceUrl });
  } catch (error) {
    printError(error);
    process.exitCode = 1;
    return undefined;
  }
}

function printError(error: unknown): void {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    stack
      .split('\n')
      .filter((line) => !/^\s+at /.test(line))
      .join('\n'),
  );
}

const [file = '', check] = process.argv.slice(2);
const sourceUrl = pathToFileURL(file).href;
const code = strip(sourceUrl);
if (code !== undefined && check) await compile(code, sourceUrl);
if (code !== undefined) process.stdout.write(code);
