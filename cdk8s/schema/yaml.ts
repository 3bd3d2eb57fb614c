// Prints the described chart values as values.yaml: each value with its default, below a comment with its purpose.
import { Document, isMap, isScalar } from 'yaml';
import type { Node, YAMLMap } from 'yaml';
import { anyKind, fieldsOf } from './schema.ts';
import type { AnyDescription, Group } from './schema.ts';

const WIDTH = 110;

/** Breaks the text between words into lines of at most WIDTH characters. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/**
 * Returns a sentence with the options of a choice or the range of an integer, such as "From 0 to 9." Returns an empty
 * text for other kinds of values.
 */
export function rangeOf(description: AnyDescription): string {
  if (description.kind === 'choice') return `One of ${description.options.join(', ')}.`;
  if (description.kind !== 'integer') return '';
  const { minimum, maximum } = description;
  return maximum === undefined ? `At least ${minimum}.` : `From ${minimum} to ${maximum}.`;
}

const comment = (description: AnyDescription): string =>
  wrapped([description.doc, rangeOf(description)].filter(Boolean).join(' '))
    .map((line) => ` ${line}`)
    .join('\n');

function annotate(map: YAMLMap<Node>, group: Group<object>, depth: number): void {
  const fields = new Map(fieldsOf(group));
  map.items.forEach((pair, index) => {
    const field = isScalar(pair.key) && fields.get(String(pair.key.value));
    if (!field) return;
    pair.key.commentBefore = comment(field);
    pair.key.spaceBefore = depth === 0 && index > 0;
    const inner = anyKind(field);
    if (inner.kind === 'group' && isMap<Node>(pair.value)) annotate(pair.value, inner, depth + 1);
  });
}

/** Returns the text of values.yaml. `opening` is the comment at its start. */
export function yamlOf(group: Group<object>, opening: string): string {
  const document = new Document(group.default, { version: '1.1' });
  if (isMap<Node>(document.contents)) annotate(document.contents, group, 0);
  return `${opening}\n${document.toString({ lineWidth: 0 })}`;
}
