// Reads the section of a version from CHANGELOG.md, in the format of https://keepachangelog.com/en/1.1.0/.
import { UserError } from '../../support/errors.ts';

/** The kinds of changes that Artifact Hub knows: https://artifacthub.io/docs/topics/annotations/helm/ */
const KINDS = ['added', 'changed', 'deprecated', 'removed', 'fixed', 'security'] as const;

export interface Change {
  readonly kind: (typeof KINDS)[number];
  readonly description: string;
}

/** Returns the text below the heading of a version. @throws if there is none, which names the headings */
export function sectionOf(changelog: string, version: string): string {
  const [, ...sections] = changelog.split(/^## /m);
  const section = sections.find((text) => text.startsWith(`${version} - `) && /^\S+ - \d{4}-\d\d-\d\d\n/.test(text));
  if (section !== undefined) return section.slice(section.indexOf('\n') + 1);
  const found = sections.map((text) => text.split('\n')[0]).join(', ');
  throw new UserError('CHANGELOG.md has no section for the version.', {
    expected: `## ${version} - YYYY-MM-DD`,
    found: found || 'no section',
    todo: 'Move what is below "Unreleased" into a section for the version, then run npm run generate.',
  });
}

/** Returns the text without links, on one line. */
const plain = (markdown: string): string => markdown.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/\s+/g, ' ');

/** Returns the first sentence. A dot ends it only before a capital letter or a code span, not in a version. */
const firstSentence = (text: string): string => /^.*?\.(?= [A-Z`]|$)/.exec(text)?.[0] ?? text;

/** Returns the changes in a version's section: the first sentence of each item, in the order of the text. */
export function changesIn(section: string): Change[] {
  return section.split(/^### /m).flatMap((part) => {
    const kind = KINDS.find((name) => part.toLowerCase().startsWith(`${name}\n`));
    const [, ...items] = part.split(/^- /m);
    if (kind === undefined) return [];
    return items.map((item) => ({ kind, description: firstSentence(plain(item.split('\n\n')[0] ?? '').trim()) }));
  });
}
