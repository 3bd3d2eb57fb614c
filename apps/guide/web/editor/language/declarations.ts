// Collects the type declarations that the editor's language service needs, in the versions that the image has. Runs
// when the pages are built.
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { compilerOptions } from './compiler-options.ts';
import { PACKAGES } from './packages.ts';
import { trimmed } from './trim.ts';

/** Node's modules that no learner needs, and that are large. They stay, but everything in them is of type any. */
const WITHOUT_TYPES = /^node_modules\/@types\/node\/(inspector(\.generated)?|test|sqlite|repl|wasi)\.d\.ts$/;

/** The declarations: the path of each file, such as `/node_modules/pino/pino.d.ts`, and its text. */
export type Declarations = Readonly<Record<string, string>>;

/** @param root folder with node_modules, where the versions of the image are installed */
export function collectDeclarations(root: string): Declarations {
  const files = new Map<string, string>();
  for (const path of filesOf(root)) {
    const name = placeOf(path, root);
    files.set(name, WITHOUT_TYPES.test(name.slice(1)) ? shorthand(textOf(path)) : trimmed(name, textOf(path)));
  }
  return Object.fromEntries([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Lists the files that TypeScript reads for a program that imports all packages. */
function filesOf(root: string): string[] {
  const app = join(root, 'apps', 'dice', 'imports-of-learners.ts');
  const text = PACKAGES.map((name) => `import {} from '${name}';`).join('\n');
  const host = ts.createCompilerHost(compilerOptions);
  const read = new Set<string>();
  const getSourceFile = host.getSourceFile.bind(host);
  const readFile = host.readFile.bind(host);
  host.getSourceFile = (path, ...rest) =>
    path === app
      ? ts.createSourceFile(path, text, ...(rest.slice(0, 1) as [ts.ScriptTarget]))
      : getSourceFile(path, ...rest);
  host.readFile = (path) => {
    if (path.endsWith('package.json') && existsSync(path)) read.add(path);
    return readFile(path);
  };
  const program = ts.createProgram(
    [app],
    { ...compilerOptions, typeRoots: [join(root, 'node_modules', '@types')] },
    host,
  );
  for (const { fileName } of program.getSourceFiles()) read.add(fileName);
  return [...read].filter((path) => path !== app && relative(root, path).startsWith('node_modules'));
}

/** Returns the path of a file in the language service. TypeScript's own declarations are below /lib. */
function placeOf(path: string, root: string): string {
  const name = `/${relative(root, path).replaceAll('\\', '/')}`;
  return name.replace('/node_modules/typescript/lib/', '/lib/');
}

const textOf = (path: string): string => readFileSync(path, 'utf8');

/** Declares the modules of a file without types. */
function shorthand(text: string): string {
  const names = [...text.matchAll(/declare module ["']([^"']+)["']/g)].map(([, name = '']) => name);
  return [...new Set(names)].map((name) => `declare module "${name}";\n`).join('');
}
