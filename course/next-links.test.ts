// The last page of the course must invent no links: those that it has are in the text of the last step.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NEXT_LINKS } from '../apps/guide/server/learnt.ts';
import { stepIdsIn } from './engine/step-folders.ts';

test('links on the last page what the last step links, and nothing else', () => {
  const steps = join(import.meta.dirname, 'steps');
  const text = readFileSync(join(steps, stepIdsIn(steps).at(-1) ?? '', 'step.md'), 'utf8');
  const community = /## Community\n([^]*?)\n## /.exec(text)?.[1] ?? '';
  const links = [...community.matchAll(/\[(.+?)\]\((.+?)\)/g)].map(([, name, url]) => ({ text: name, url }));
  expect(NEXT_LINKS.map(({ text: name, url }) => ({ text: name, url }))).toEqual(links);
});
