// Described values as a Markdown table: key, default, what it is for.
import { anyKind, fieldsOf } from './schema.ts';
import type { AnyDescription, Group } from './schema.ts';
import { rangeOf } from './yaml.ts';

type Row = readonly [key: string, of: AnyDescription];

const rows = (of: Group<object>, path: string): Row[] =>
  fieldsOf(of).flatMap(([name, field]): Row[] => {
    const inner = anyKind(field);
    return inner.kind === 'group' ? rows(inner, `${path}${name}.`) : [[`${path}${name}`, inner]];
  });

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** The table, with a row for every value that is not itself a group. */
export const tableOf = (of: Group<object>): string =>
  [
    '| value | default | what it is for |',
    '|---|---|---|',
    ...rows(of, '').map(
      ([key, field]) =>
        `| \`${key}\` | \`${cell(JSON.stringify(field.default))}\` | ${cell([field.doc, rangeOf(field)].filter(Boolean).join(' '))} |`,
    ),
  ].join('\n');
