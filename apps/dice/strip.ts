// Prints a TypeScript file as JavaScript, with Node's own type stripping. This is a separate program, because the type
// stripper (a WebAssembly module) keeps 11 MiB of memory until its process ends. That is too much for the dice's memory
// limit.
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { pathToFileURL } from 'node:url';
import { encodingProblem } from '../../support/encoding.ts';

/** Returns the text of the file. @throws Error if it is no UTF-8 text */
function textOf(path: string): string {
  const bytes = readFileSync(path);
  const problem = encodingProblem(bytes);
  if (problem !== undefined) throw new Error(problem);
  return bytes.toString();
}

const [file = ''] = process.argv.slice(2);
try {
  process.stdout.write(stripTypeScriptTypes(textOf(file), { mode: 'strip', sourceUrl: pathToFileURL(file).href }));
} catch (error) {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    stack
      .split('\n')
      .filter((line) => !/^\s+at /.test(line))
      .join('\n'),
  );
  process.exitCode = 1;
}
