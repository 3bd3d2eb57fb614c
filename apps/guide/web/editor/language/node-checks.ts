// Mistakes that TypeScript doesn't report, because it doesn't know how the lab runs app.ts: as an ES module, from which
// Node has only removed the types.
import ts from 'typescript';
import type { Mistake } from './messages.ts';

/** Names that exist in CommonJS modules only, and what to write instead. */
const COMMONJS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    require: "app.ts is an ES module, which has no `require`: write `import name from 'package'`.",
    module: 'app.ts is an ES module, which has no `module.exports`: nothing imports app.ts, so leave it out.',
    exports: 'app.ts is an ES module, which has no `exports`: nothing imports app.ts, so leave it out.',
    __dirname: 'app.ts is an ES module, which has no `__dirname`: write `import.meta.dirname`.',
    __filename: 'app.ts is an ES module, which has no `__filename`: write `import.meta.filename`.',
  }),
);

/** Returns what Node refuses in the file, and TypeScript allows. */
export function mistakesOfNode(file: ts.SourceFile): Mistake[] {
  const found: Mistake[] = [];
  const declared = declaredNames(file);
  const report = (node: ts.Node, message: string): void =>
    void found.push({ from: node.getStart(file), to: node.getEnd(), message, stops: true });
  const visit = (node: ts.Node): void => {
    if (ts.isDecorator(node)) report(node, 'Node has no decorators: call the function yourself.');
    if (ts.isIdentifier(node) && isFreeName(node)) {
      const message = declared.has(node.text) ? undefined : COMMONJS.get(node.text);
      if (message !== undefined) report(node, message);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** The names that the file itself declares anywhere. */
function declaredNames(file: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && isDeclared(node)) names.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

function isDeclared(node: ts.Identifier): boolean {
  const { parent } = node;
  const declares =
    ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isFunctionDeclaration(parent) || isImport(parent);
  return (declares || ts.isBindingElement(parent)) && parent.name === node;
}

const isImport = (node: ts.Node): node is ts.ImportClause | ts.ImportSpecifier | ts.NamespaceImport =>
  ts.isImportClause(node) || ts.isImportSpecifier(node) || ts.isNamespaceImport(node);

/** Whether an identifier is evaluated by itself: no property, no key, no name of a declaration. */
function isFreeName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isCallExpression(parent) || ts.isBinaryExpression(parent) || ts.isExpressionStatement(parent)) return true;
  return (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) && parent.initializer === node;
}
