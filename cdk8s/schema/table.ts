// Prints the described chart values as a Markdown table of names, defaults and purposes.
import { anyKind, fieldsOf } from './schema.ts';
import type { AnyDescription, Group } from './schema.ts';
import { rangeOf } from './yaml.ts';

type Row = readonly [key: string, description: AnyDescription];

const rows = (group: Group<object>, path: string): Row[] =>
  fieldsOf(group).flatMap(([name, field]): Row[] => {
    const inner = anyKind(field);
    return inner.kind === 'group' ? rows(inner, `${path}${name}.`) : [[`${path}${name}`, inner]];
  });

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** Returns the Markdown table. Each value has a row, but a group of values has none of its own. */
export const tableOf = (group: Group<object>): string =>
  [
    '| value | default | purpose |',
    '|---|---|---|',
    ...rows(group, '').map(
      ([key, field]) =>
        `| \`${key}\` | \`${cell(JSON.stringify(field.default))}\` | ` +
        `${cell([field.doc, rangeOf(field)].filter(Boolean).join(' '))} |`,
    ),
  ].join('\n');
