// The examples of the chart's README, so that what a learner copies from there is what is tested.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { chart } from './cluster/lab.ts';
import type { Values } from './cluster/lab.ts';

/** The values in the YAML block that follows the paragraph beginning with `words`. */
export function example<T = Values>(words: string, readme = readFileSync(join(chart, 'README.md'), 'utf8')): T {
  const paragraphs = readme.split('\n\n');
  const at = paragraphs.findIndex((paragraph) => paragraph.startsWith(words));
  const yaml = /^```yaml\n([^]*?)\n```$/.exec(paragraphs[at + 1]?.trim() ?? '')?.[1];
  if (yaml === undefined)
    throw new Error(`the chart's README has no YAML after a paragraph that begins with "${words}"`);
  return parse(yaml) as T;
}
