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
  // What is undefined at run time is a mistake. A parameter without a type is none: the lab's own code has some.
  strict: false,
  strictNullChecks: true,
  strictBindCallApply: true,
};

/** Path of the learner's file in the file system of the language service. */
export const APP = '/app.ts';
