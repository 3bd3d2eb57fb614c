// The options with which the page checks app.ts. They follow what Node does with the file when it removes the types:
// https://nodejs.org/docs/latest-v24.x/api/typescript.html
import ts from 'typescript';

export const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2024,
  lib: ['lib.es2024.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  types: ['node'],
  noEmit: true,
  skipLibCheck: true,
  // Node removes types and nothing else.
  erasableSyntaxOnly: true,
  verbatimModuleSyntax: true,
  // What is undefined at run time is a mistake. What only lacks a type is none: see `isPedantic`.
  strict: false,
  strictNullChecks: true,
  strictBindCallApply: true,
  noImplicitAny: true,
};

/**
 * Whether a diagnostic says only that something lacks a type. Without the option that makes them, TypeScript would give
 * an empty array a type that nothing can be added to.
 */
export const isPedantic = ({ code }: ts.Diagnostic): boolean => code >= 7000 && code < 7100;

/** Path of the learner's file in the file system of the language service. */
export const APP = '/app.ts';

/** The API's declarations. They are always read, so that an advice can name what is not imported yet. */
export const API = '/node_modules/@opentelemetry/api/dist/index.d.mts';
