// Makes type declarations smaller: without what neither the types nor the documentation on the page need.

/** Packages whose documentation stays whole, because the course is about them. */
const WHOLE = /^\/node_modules\/(@opentelemetry\/|express\/|@types\/express\/|pino\/)/;

/** The fields of a package.json by which TypeScript finds declarations. */
const FIELDS = ['name', 'version', 'type', 'types', 'typings', 'main', 'exports', 'typesVersions'];

/** Returns the text of a declaration or package.json without what the language service doesn't need. */
export function trimmed(path: string, text: string): string {
  if (path.endsWith('package.json')) return onlyFields(text);
  const short = text
    .replace(/\/\*\*?([\s\S]*?)\*\//g, (comment) => documentation(comment, WHOLE.test(path)))
    .replace(/^[ \t]*\/\/(?!\/ *<|# *).*$/gm, '')
    .replace(/^\/\/# sourceMappingURL=.*$/gm, '');
  return short
    .replace(/[ \t]+$/gm, '')
    .replace(/^(?: {2,}|\t+)/gm, (indent) => ' '.repeat(Math.floor(indent.replaceAll('\t', '    ').length / 4)))
    .replace(/\n{2,}/g, '\n')
    .trimStart();
}

function onlyFields(text: string): string {
  const all = JSON.parse(text) as Record<string, unknown>;
  return JSON.stringify(Object.fromEntries(FIELDS.filter((field) => field in all).map((field) => [field, all[field]])));
}

/** Returns the part of a comment that the page shows: its first paragraph, and why something is deprecated. */
function documentation(comment: string, isWhole: boolean): string {
  if (!comment.startsWith('/**')) return '';
  const lines = comment
    .slice(3, -2)
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').trimEnd());
  const kept = isWhole ? withoutExamples(lines) : [...firstParagraph(lines), ...deprecation(lines)];
  const text = kept.join('\n').trim();
  return text === '' ? '' : `/** ${text} */`;
}

function firstParagraph(lines: string[]): string[] {
  const from = lines.findIndex((line) => line !== '');
  const rest = lines.slice(Math.max(from, 0));
  const end = rest.findIndex((line) => line === '' || /^(@|```)/.test(line));
  return end === -1 ? rest : rest.slice(0, end);
}

const deprecation = (lines: string[]): string[] => lines.filter((line) => line.startsWith('@deprecated'));

/** Examples take much room, and the course has its own. */
function withoutExamples(lines: string[]): string[] {
  let inExample = false;
  return lines.filter((line) => {
    if (line.startsWith('@')) inExample = /^@(example|experimental|since|note)\b/.test(line);
    return !inExample;
  });
}
