// TypeScript's language service for app.ts: mistakes, completion and documentation.
import ts from 'typescript';
import { adviceOn } from './advice.ts';
import { APP, isPedantic } from './compiler-options.ts';
import type { Declarations } from './declarations.ts';
import { Host } from './host.ts';
import { mistakesOfNode } from './node-checks.ts';
import type { Explanation, Mistake, Suggestion, Suggestions } from './messages.ts';
import { openSpans } from './open-spans.ts';

/** The most that the page gets of each kind. A learner sees the first ones first. */
const MOST = { mistakes: 50, suggestions: 2000, letters: 600, paragraphs: 6 } as const;

const completionOptions: ts.GetCompletionsAtPositionOptions = {
  includeCompletionsWithInsertText: true,
  includeAutomaticOptionalChainCompletions: true,
  includeCompletionsForModuleExports: false,
};

export class Language {
  readonly #host: Host;
  readonly #service: ts.LanguageService;

  constructor(declarations: Declarations) {
    this.#host = new Host(declarations);
    this.#service = ts.createLanguageService(this.#host);
  }

  /** Returns the mistakes in a text, from its start to its end, at most one for each position. */
  check(text: string): Mistake[] {
    const { program, file } = this.#open(text);
    const syntax = this.#service.getSyntacticDiagnostics(APP);
    const found = [
      ...syntax.map((one) => mistakeOf(one, program, file)),
      ...mistakesOfNode(file),
      // Without its syntax, what the rest of a file means is a guess.
      ...(syntax.length > 0 ? [] : this.#meaning(program, file)),
    ];
    return firstOfEach(found.sort((a, b) => a.from - b.from)).slice(0, MOST.mistakes);
  }

  #meaning(program: ts.Program, file: ts.SourceFile): Mistake[] {
    const wrong = this.#service
      .getSemanticDiagnostics(APP)
      .filter((one) => one.category === ts.DiagnosticCategory.Error && !isPedantic(one));
    return [...wrong.map((one) => mistakeOf(one, program, file)), ...openSpans(file)];
  }

  suggest(text: string, at: number): Suggestions | undefined {
    this.#open(text);
    const found = this.#service.getCompletionsAtPosition(APP, at, completionOptions);
    if (!found || found.entries.length === 0) return undefined;
    const from = found.optionalReplacementSpan?.start ?? at - (/[\w$]*$/.exec(text.slice(0, at))?.[0].length ?? 0);
    const entries = found.entries.slice(0, MOST.suggestions);
    return { from, items: entries.map((entry) => suggestionOf(entry, from)) };
  }

  /** Describes a suggestion for the position `at`. */
  describe(text: string, at: number, label: string): Omit<Explanation, 'from' | 'to'> | undefined {
    this.#open(text);
    const found = this.#service.getCompletionEntryDetails(APP, at, label, {}, undefined, undefined, undefined);
    return found && wordsOf(found.displayParts, found.documentation, found.tags);
  }

  /** Explains what stands at the position `at`. */
  explain(text: string, at: number): Explanation | undefined {
    this.#open(text);
    const found = this.#service.getQuickInfoAtPosition(APP, at);
    if (!found) return undefined;
    const { start, length } = found.textSpan;
    return { from: start, to: start + length, ...wordsOf(found.displayParts, found.documentation, found.tags) };
  }

  #open(text: string): { program: ts.Program; file: ts.SourceFile } {
    this.#host.write(text);
    const program = this.#service.getProgram();
    const file = program?.getSourceFile(APP);
    if (!program || !file) throw new Error(`expected TypeScript to read ${APP}, found no program`);
    return { program, file };
  }
}

function mistakeOf(diagnostic: ts.Diagnostic, program: ts.Program, file: ts.SourceFile): Mistake {
  const from = diagnostic.start ?? 0;
  const { message, stops } = adviceOn(diagnostic, { program, file });
  return { from, to: from + Math.max(diagnostic.length ?? 0, 1), message: short(message), stops };
}

/** One mistake often has several reports at the same position. The first says most. */
const firstOfEach = (mistakes: Mistake[]): Mistake[] =>
  mistakes.filter(({ from }, index) => mistakes[index - 1]?.from !== from);

const short = (text: string): string => (text.length > MOST.letters ? `${text.slice(0, MOST.letters - 1)}…` : text);

const types: Readonly<Record<string, string>> = {
  [ts.ScriptElementKind.memberFunctionElement]: 'method',
  [ts.ScriptElementKind.functionElement]: 'function',
  [ts.ScriptElementKind.memberVariableElement]: 'property',
  [ts.ScriptElementKind.memberGetAccessorElement]: 'property',
  [ts.ScriptElementKind.constElement]: 'constant',
  [ts.ScriptElementKind.classElement]: 'class',
  [ts.ScriptElementKind.interfaceElement]: 'interface',
  [ts.ScriptElementKind.typeElement]: 'type',
  [ts.ScriptElementKind.enumElement]: 'enum',
  [ts.ScriptElementKind.enumMemberElement]: 'constant',
  [ts.ScriptElementKind.keyword]: 'keyword',
  [ts.ScriptElementKind.moduleElement]: 'namespace',
  [ts.ScriptElementKind.alias]: 'variable',
  [ts.ScriptElementKind.string]: 'text',
};

function suggestionOf(entry: ts.CompletionEntry, from: number): Suggestion {
  const { name, kind, insertText, replacementSpan } = entry;
  const differs = insertText !== undefined && (insertText !== name || replacementSpan?.start !== undefined);
  return {
    label: name,
    type: types[kind] ?? 'variable',
    boost: boostOf(entry),
    ...(differs && { insert: { text: insertText, from: replacementSpan?.start ?? from } }),
  };
}

/** TypeScript's order: what is near comes first, then what is global, then keywords, then what is deprecated. */
function boostOf({ sortText, kindModifiers = '' }: ts.CompletionEntry): number {
  if (/\bdeprecated\b/.test(kindModifiers)) return -90;
  const order = Number.parseInt(sortText.replace(/^z/, '9'), 10);
  return Number.isNaN(order) ? 0 : Math.max(-80, Math.min(80, (13 - order) * 10));
}

function wordsOf(
  code: ts.SymbolDisplayPart[] | undefined,
  documentation: ts.SymbolDisplayPart[] | undefined,
  tags: ts.JSDocTagInfo[] | undefined,
): Omit<Explanation, 'from' | 'to'> {
  const paragraphs = proseOf(documentation).split(/\n\s*\n/);
  const notes = (tags ?? []).filter(({ name }) => /^(deprecated|param|returns?)$/.test(name)).map(noteOf);
  const text = [...paragraphs, ...notes].map((one) => one.replace(/\s+/g, ' ').trim());
  return {
    code: short(ts.displayPartsToString(code)),
    text: text.filter(Boolean).slice(0, MOST.paragraphs).map(short),
  };
}

/** Returns a documentation as text, in which a link is the name that it leads to. */
const proseOf = (parts: ts.SymbolDisplayPart[] | undefined): string =>
  ts.displayPartsToString(parts).replace(/\{@(?:link(?:code|plain)?|type) +([^}|]+?)(?: *\| *([^}]+))? *\}/g, '`$1`');

const headings: Readonly<Record<string, string>> = { deprecated: 'Deprecated:', return: 'Returns', returns: 'Returns' };

function noteOf({ name, text }: ts.JSDocTagInfo): string {
  const prose = proseOf(text);
  if (name !== 'param') return `${headings[name] ?? ''} ${prose}`;
  const [parameter = '', ...words] = prose.split(' ');
  return `\`${parameter}\`: ${words.join(' ').replace(/^-\s*/, '')}`;
}
