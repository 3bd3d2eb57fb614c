// Generates the files in charts/lab. With --verify, only checks: writes nothing, and fails if a file in charts/lab
// differs.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { chartFiles } from './helm/chart.ts';
import type { Files } from './helm/chart.ts';
import { describeError } from '../support/errors.ts';
import { optionsHelp, parseOptions } from '../support/options.ts';

const CHART = join(import.meta.dirname, '..', 'charts', 'lab');

const print = (line: string): boolean => process.stdout.write(`${line}\n`);

/**
 * Returns the texts of all files in a directory and its subdirectories, by their relative paths with forward slashes.
 * The result is empty if the directory doesn't exist.
 */
function read(directory: string): Files {
  try {
    const files = readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name));
    return new Map(files.map((path) => [relative(directory, path).split(sep).join('/'), readFileSync(path, 'utf8')]));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw error;
  }
}

/**
 * Returns one line of text about each wrong file: a file that differs from the generated file, is missing, or isn't
 * generated.
 */
export function differences(wanted: Files, found: Files): string[] {
  const wrong = [...wanted]
    .filter(([path, text]) => found.get(path) !== text)
    .map(([path]) => `${path}: ${found.has(path) ? 'differs from the generated file' : 'is missing'}`);
  const stray = [...found.keys()].filter((path) => !wanted.has(path)).map((path) => `${path}: is not generated`);
  return [...wrong, ...stray].sort();
}

function write(wanted: Files): void {
  rmSync(CHART, { recursive: true, force: true });
  for (const [path, text] of wanted) {
    mkdirSync(dirname(join(CHART, path)), { recursive: true });
    writeFileSync(join(CHART, path), text);
  }
  print(`charts/lab: ${wanted.size} files written`);
}

function verify(wanted: Files): void {
  const wrong = differences(wanted, read(CHART));
  for (const line of wrong) print(`charts/lab/${line}`);
  print(wrong.length === 0 ? 'charts/lab matches cdk8s/' : 'Run `npm run generate` and commit the result.');
  process.exitCode = wrong.length === 0 ? 0 : 1;
}

const OPTIONS = { verify: { help: 'write nothing, and fail if a file differs' } } as const;

function main(args: readonly string[]): void {
  if (args.includes('--help')) return void print(optionsHelp(OPTIONS));
  const { given } = parseOptions(args, OPTIONS);
  if (given.verify) verify(chartFiles());
  else write(chartFiles());
}

if (import.meta.main) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${describeError(error)}\n`);
    process.exitCode = 1;
  }
}
