// The file system and the settings of TypeScript's language service: the declarations, and the learner's file.
import ts from 'typescript';
import { API, APP, compilerOptions } from './compiler-options.ts';
import type { Declarations } from './declarations.ts';

export class Host implements ts.LanguageServiceHost {
  readonly #files: ReadonlyMap<string, string>;
  readonly #snapshots = new Map<string, ts.IScriptSnapshot>();
  readonly #folders = new Set<string>(['/']);
  #version = 0;
  #text = '';

  constructor(declarations: Declarations) {
    this.#files = new Map([['/package.json', '{"type":"module"}'], ...Object.entries(declarations)]);
    for (const path of this.#files.keys())
      for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1))
        this.#folders.add(path.slice(0, end));
  }

  /** Replaces the text of the learner's file. */
  write(text: string): void {
    if (text === this.#text && this.#version > 0) return;
    this.#text = text;
    this.#version += 1;
    this.#snapshots.set(APP, ts.ScriptSnapshot.fromString(text));
  }

  readonly getCompilationSettings = (): ts.CompilerOptions => compilerOptions;
  readonly getScriptFileNames = (): string[] => [APP, API];
  readonly getScriptVersion = (path: string): string => (path === APP ? String(this.#version) : '1');
  readonly getCurrentDirectory = (): string => '/';
  readonly getDefaultLibFileName = (): string => '/lib/lib.es2024.d.ts';
  readonly useCaseSensitiveFileNames = (): boolean => true;
  readonly readFile = (path: string): string | undefined => (path === APP ? this.#text : this.#files.get(path));
  readonly fileExists = (path: string): boolean => path === APP || this.#files.has(path);
  readonly directoryExists = (path: string): boolean => this.#folders.has(path.replace(/(.)\/$/, '$1'));
  readonly getDirectories = (path: string): string[] => {
    const parent = path.endsWith('/') ? path : `${path}/`;
    const below = [...this.#folders].filter((folder) => folder !== parent && folder.startsWith(parent));
    return [...new Set(below.map((folder) => folder.slice(parent.length).split('/')[0] ?? ''))].filter(Boolean);
  };

  readonly getScriptSnapshot = (path: string): ts.IScriptSnapshot | undefined => {
    const known = this.#snapshots.get(path);
    const text = known ? undefined : this.readFile(path);
    if (text === undefined) return known;
    const snapshot = ts.ScriptSnapshot.fromString(text);
    this.#snapshots.set(path, snapshot);
    return snapshot;
  };
}
