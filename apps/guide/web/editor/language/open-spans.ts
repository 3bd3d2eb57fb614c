// Finds spans that nothing ends. Such a span is never sent, and no error says so.
import ts from 'typescript';
import type { Mistake } from './messages.ts';

/** Functions that get a span and don't end it. */
const KEEPERS = new Set(['setSpan', 'startSpan', 'startActiveSpan', 'with', 'bind']);

/** Returns the spans of the file that nothing ends. A span that is passed on counts as ended there. */
export function openSpans(file: ts.SourceFile): Mistake[] {
  const found: Mistake[] = [];
  const visit = (node: ts.Node): void => {
    const started = ts.isCallExpression(node) ? openedBy(node) : undefined;
    if (started && !started.name) found.push(neverEnded(started.place, file));
    if (started?.name && !isEndedIn(started.scope, started.name)) found.push(neverEnded(started.name, file));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

interface Started {
  /** The variable that holds the span. Without one, nothing can end it. */
  readonly name?: ts.Identifier;
  readonly scope: ts.Node;
  readonly place: ts.Node;
}

function neverEnded(node: ts.Node, file: ts.SourceFile): Mistake {
  const name = ts.isIdentifier(node) ? node.text : 'span';
  return {
    from: node.getStart(file),
    to: node.getEnd(),
    message: `Nothing ends this span, so it is never sent: call \`${name}.end()\` when its work is done.`,
    stops: false,
  };
}

function openedBy(call: ts.CallExpression): Started | undefined {
  if (!ts.isPropertyAccessExpression(call.expression)) return undefined;
  if (call.expression.name.text === 'startActiveSpan') return openedActive(call);
  return call.expression.name.text === 'startSpan' ? opened(call) : undefined;
}

function openedActive(call: ts.CallExpression): Started | undefined {
  const work = call.arguments.at(-1);
  if (!work || !(ts.isArrowFunction(work) || ts.isFunctionExpression(work))) return undefined;
  const name = work.parameters[0]?.name;
  return name && ts.isIdentifier(name) ? { name, scope: work.body, place: name } : undefined;
}

function opened(call: ts.CallExpression): Started | undefined {
  const { parent } = call;
  if (ts.isExpressionStatement(parent)) return { scope: parent, place: call };
  if (!ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name)) return undefined;
  return { name: parent.name, scope: scopeOf(parent), place: parent.name };
}

function scopeOf(node: ts.Node): ts.Node {
  const { parent } = node;
  return ts.isSourceFile(parent) || ts.isFunctionLike(parent) ? parent : scopeOf(parent);
}

function isEndedIn(scope: ts.Node, name: ts.Identifier): boolean {
  let ended = false;
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text === name.text && node !== name) ended ||= mayEnd(node);
    if (!ended) ts.forEachChild(node, visit);
  };
  visit(scope);
  return ended;
}

/** Whether a use of a span ends it, or passes it to code that may end it. */
function mayEnd(use: ts.Identifier): boolean {
  const { parent } = use;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === use && chainEnds(parent);
  if (!ts.isCallExpression(parent)) return !ts.isPropertyAssignment(parent) || parent.initializer === use;
  const callee = parent.expression;
  return !(ts.isPropertyAccessExpression(callee) && KEEPERS.has(callee.name.text));
}

/** Whether `end` is somewhere in a chain such as `span.setAttribute('a', 1).end()`. */
function chainEnds(access: ts.PropertyAccessExpression): boolean {
  if (access.name.text === 'end') return true;
  const { parent } = access;
  return ts.isCallExpression(parent) && ts.isPropertyAccessExpression(parent.parent) && chainEnds(parent.parent);
}
