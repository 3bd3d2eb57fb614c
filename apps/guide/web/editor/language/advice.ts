// Says what to do about TypeScript's diagnostics, in words for people who write their first spans. For what is not in
// the tables, TypeScript's own words stand.
import ts from 'typescript';
import { API } from './compiler-options.ts';
import { PACKAGES } from './packages.ts';

interface Context {
  readonly program: ts.Program;
  readonly file: ts.SourceFile;
}

/** What an advice looks at. */
interface Finding extends Context {
  /** What TypeScript says. */
  readonly text: string;
  /** The innermost node at the position of the diagnostic. */
  readonly node: ts.Node;
}

type Advice = (finding: Finding) => string | undefined;

/** @returns what is wrong and what to do, and whether dice can't start with it */
export function adviceOn(diagnostic: ts.Diagnostic, context: Context): { message: string; stops: boolean } {
  const text = textOf(diagnostic.messageText);
  const node = nodeAt(context.file, diagnostic.start ?? 0);
  const advice = table[diagnostic.code]?.({ ...context, text, node });
  return { message: advice ?? sentence(text), stops: diagnostic.code < 2000 || stopping.has(diagnostic.code) };
}

/** Codes of what Node refuses, or what fails before dice listens: modules and imports that don't exist. */
const stopping = new Set([1294, 1484, 1485, 2305, 2307, 2614, 2724]);

/** The last message of a chain says most precisely what doesn't fit. */
function textOf(message: string | ts.DiagnosticMessageChain): string {
  if (typeof message === 'string') return message;
  const last = message.next?.at(-1);
  const vague = [2769, 2345, 2322, 2772].includes(message.code);
  return vague && last
    ? `${sentence(message.code === 2769 ? '' : message.messageText)} ${textOf(last)}`.trim()
    : message.messageText;
}

const sentence = (text: string): string => (text === '' || /[.?!]$/.test(text) ? text : `${text}.`);

function nodeAt(file: ts.SourceFile, position: number): ts.Node {
  const inner = (node: ts.Node): ts.Node =>
    ts.forEachChild(node, (child) =>
      child.getStart(file) <= position && position < child.getEnd() ? inner(child) : undefined,
    ) ?? node;
  return inner(file);
}

/** Returns the nearest node around `node` that `is` accepts. */
function around<N extends ts.Node>(node: ts.Node, is: (one: ts.Node) => one is N): N | undefined {
  for (let one = node; !ts.isSourceFile(one); one = one.parent) if (is(one)) return one;
  return undefined;
}

const importType: Advice = ({ node, file }) => {
  const name = node.getText(file);
  const from = around(node, ts.isImportDeclaration)?.moduleSpecifier.getText(file) ?? "'…'";
  return (
    `${name} is a type: use \`import type\`, as in \`import type { ${name} } from ${from}\`. ` +
    'Node removes types but keeps this import, and finds no such value.'
  );
};

const refused: readonly [(node: ts.Node) => boolean, string][] = [
  [ts.isEnumDeclaration, 'Node only removes types, and an enum is code: write `const Name = { … } as const` instead.'],
  [
    ts.isModuleDeclaration,
    'Node only removes types, and a namespace is code: write an object or plain functions instead.',
  ],
  [
    ts.isParameter,
    'Node only removes types, and this parameter would also make a field: declare the field in the class, and set it ' +
      'in the constructor with `this.name = name`.',
  ],
  [ts.isImportEqualsDeclaration, "Node only removes types: write `import name from 'package'` instead."],
  [ts.isExportAssignment, 'Node only removes types: write `export default` instead.'],
  [ts.isTypeAssertionExpression, 'Node only removes types written after a value: write `value as Type` instead.'],
];

const notErasable: Advice = ({ node }) => {
  for (let one = node; !ts.isSourceFile(one); one = one.parent) {
    const found = refused.find(([is]) => is(one));
    if (found) return found[1];
  }
  return undefined;
};

const unknownModule: Advice = ({ node, text }) => {
  const name = ts.isStringLiteralLike(node) ? node.text : (/'([^']+)'/.exec(text)?.[1] ?? '');
  if (/^\.|^\//.test(name)) return `dice has one file, app.ts: there is no ${name}. Write its code here.`;
  return `The image of dice has no package ${name}. It has ${PACKAGES.join(', ')}, and Node's own, such as node:http.`;
};

/** What people import from packages whose names they forget. */
const imports: Readonly<Record<string, string>> = {
  express: "import express from 'express'",
  pino: "import pino from 'pino'",
  Express: "import type { Express } from 'express'",
  NextFunction: "import type { NextFunction } from 'express'",
  Logger: "import type { Logger } from 'pino'",
};

const unknownName: Advice = ({ node, program, file }) => {
  const name = node.getText(file);
  const statement = Object.hasOwn(imports, name) ? imports[name] : importFromApi(name, program);
  return statement === undefined ? undefined : `${name} is not imported: write \`${statement}\` at the top.`;
};

function importFromApi(name: string, program: ts.Program): string | undefined {
  const checker = program.getTypeChecker();
  const api = program.getSourceFiles().find(({ fileName }) => fileName === API);
  const symbol = api && checker.getSymbolAtLocation(api);
  const found = symbol && checker.getExportsOfModule(symbol).find((one) => one.name === name);
  if (!found) return undefined;
  const real = found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found;
  return `import ${real.flags & ts.SymbolFlags.Value ? '' : 'type '}{ ${name} } from '@opentelemetry/api'`;
}

const maybeMissing: Advice = ({ node, file }) => {
  const expression = around(node, ts.isExpressionStatement) ?? node;
  const what = /\bget(Active)?Span\(/.test(expression.getText(file))
    ? 'No span may be active here, and then this is undefined'
    : `\`${node.getText(file).slice(0, 60)}\` may be undefined or null here`;
  return `${what}: write \`?.\` instead of the dot, or test it first with \`if\`.`;
};

const unknownMember: Advice = ({ node, text, program, file }) => {
  const owner = /does not exist on type '([\w.]+)'/.exec(text)?.[1];
  if ((owner === 'Request' || owner === 'Response') && isFetchType(node, owner, program))
    return (
      `This ${owner} is the one of fetch. If you mean Express's, write ` +
      `\`import type { ${owner} } from 'express'\` at the top.`
    );
  const access = ts.isPropertyAccessExpression(node.parent) ? node.parent.expression : undefined;
  if (!access || /Did you mean/.test(text)) return undefined;
  const names = program
    .getTypeChecker()
    .getTypeAtLocation(access)
    .getProperties()
    .map(({ name }) => name);
  const known = names.filter((name) => /^[a-z]\w*$/i.test(name));
  if (known.length === 0 || known.length > 14) return undefined;
  return `${access.getText(file).slice(0, 40)} has no ${node.getText(file)}. It has ${known.join(', ')}.`;
};

function isFetchType(node: ts.Node, owner: string, program: ts.Program): boolean {
  const access = ts.isPropertyAccessExpression(node.parent) ? node.parent.expression : node;
  const { symbol } = program.getTypeChecker().getTypeAtLocation(access) as { symbol?: ts.Symbol };
  const declared = symbol?.name === owner ? (symbol.declarations ?? []) : [];
  return declared.some((one) => /undici-types|@types\/node/.test(one.getSourceFile().fileName));
}

/** The method that the node is an argument of, or the method itself. */
function methodAt(node: ts.Node): string | undefined {
  const call = around(node, ts.isCallExpression);
  return call && ts.isPropertyAccessExpression(call.expression) ? call.expression.name.text : undefined;
}

const wrongArgument: Readonly<Record<string, string>> = {
  setStatus: "setStatus takes an object: write `setStatus({ code: SpanStatusCode.ERROR, message: 'why' })`.",
  setAttribute: "setAttribute takes a name and a value: write `setAttribute('name', value)`.",
  setAttributes: "setAttributes takes an object of names and values: write `setAttributes({ 'a.name': value })`.",
  addEvent: "addEvent takes a name, and an object of attributes: write `addEvent('name', { 'a.name': value })`.",
};

const wrongCount: Readonly<Record<string, string>> = {
  ...wrongArgument,
  getTracer: "A tracer has a name, which says what makes the spans: write `trace.getTracer('dice')`.",
  getMeter: "A meter has a name, which says what makes the metrics: write `metrics.getMeter('dice')`.",
  startActiveSpan:
    'startActiveSpan takes a name and a function, during which the span is active: write ' +
    "`startActiveSpan('name', (span) => { …; span.end(); })`. Or use startSpan.",
  startSpan: "A span has a name: write `startSpan('name')`.",
  with: 'context.with takes a context and a function, during which the context is active.',
};

const byMethod =
  (words: Readonly<Record<string, string>>): Advice =>
  ({ node }) => {
    const method = methodAt(node) ?? '';
    return Object.hasOwn(words, method) ? words[method] : undefined;
  };

const noAwait: Advice = () => 'await works only in an async function: write `async` before the function around it.';

const table: Readonly<Record<number, Advice>> = {
  1294: notErasable,
  1308: noAwait,
  1484: importType,
  1485: importType,
  2304: unknownName,
  2552: unknownName,
  2503: unknownName,
  2686: unknownName,
  18004: unknownName,
  2307: unknownModule,
  2792: unknownModule,
  2339: unknownMember,
  2551: unknownMember,
  2531: maybeMissing,
  2532: maybeMissing,
  2533: maybeMissing,
  18047: maybeMissing,
  18048: maybeMissing,
  18049: maybeMissing,
  2322: byMethod(wrongArgument),
  2345: byMethod(wrongArgument),
  2353: byMethod({ setStatus: wrongArgument['setStatus'] ?? '' }),
  2559: byMethod(wrongArgument),
  2769: byMethod({ ...wrongArgument, startActiveSpan: wrongCount['startActiveSpan'] ?? '' }),
  2554: byMethod(wrongCount),
  2555: byMethod(wrongCount),
};
