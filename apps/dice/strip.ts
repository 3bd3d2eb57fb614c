// Prints a TypeScript file as JavaScript, by Node's own type stripping. A program of its own, for the stripper (a
// WebAssembly module) keeps 11 MiB for as long as its process lives, and dice has no room for that.
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
