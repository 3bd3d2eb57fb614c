// Reads the examples in the chart's README, so that the tests use the same values that a learner copies.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { chart } from './cluster/lab.ts';
import type { Values } from './cluster/lab.ts';

/** Returns the values in the YAML block below the paragraph that begins with `words`. */
export function example<T = Values>(words: string, readme = readFileSync(join(chart, 'README.md'), 'utf8')): T {
  const paragraphs = readme.split('\n\n');
  const at = paragraphs.findIndex((paragraph) => paragraph.startsWith(words));
  const yaml = /^```yaml\n([^]*?)\n```$/.exec(paragraphs[at + 1]?.trim() ?? '')?.[1];
  if (yaml === undefined)
    throw new Error(`the chart's README has no YAML after a paragraph that begins with "${words}"`);
  return parse(yaml) as T;
}
