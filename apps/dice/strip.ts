// Prints a TypeScript file as JavaScript, with Node's own type stripping. This is a separate program, because the type
// stripper (a WebAssembly module) keeps 11 MiB of memory until its process ends. That is too much for the dice's memory
// limit.
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { pathToFileURL } from 'node:url';

const [file = ''] = process.argv.slice(2);
try {
  process.stdout.write(
    stripTypeScriptTypes(readFileSync(file, 'utf8'), { mode: 'strip', sourceUrl: pathToFileURL(file).href }),
  );
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
