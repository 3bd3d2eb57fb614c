// At build time: a step's Markdown with its front matter becomes what the guide serves, so that the guide needs no Markdown library.
import { marked } from 'marked';
import { parse } from 'yaml';

import type { FileName, Question } from '../../apps/guide/contract.ts';

export interface Step {
  /** Name of the step's folder. */
  id: string;
  number: number;
  title: string;
  minutes: number;
  learn: string[];
  files: FileName[];
  questions: Question[];
  commands: string[];
  html: string;
}

/** @throws when the front matter lacks something, naming the step and what was expected */
export function renderStep(id: string, text: string): Step {
  const [, matter, body] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text) ?? [];
  if (matter === undefined || body === undefined)
    throw new Error(`${id}/step.md: expected front matter between two lines of ---, found none`);
  const { title, minutes, learn, files = [], questions = [] } = parse(matter) as Partial<Step>;
  if (typeof title !== 'string' || typeof minutes !== 'number' || !Array.isArray(learn))
    throw new Error(`${id}/step.md: expected title, minutes and learn in its front matter`);
  return {
    id,
    number: Number(id.slice(0, 2)),
    title,
    minutes,
    learn,
    files,
    questions,
    commands: commandsIn(body),
    html: marked.parse(body, { async: false }),
  };
}

/** What stands in ```sh fences: a command each, even where it takes several lines. */
function commandsIn(body: string): string[] {
  return [...body.matchAll(/^```sh\n([\s\S]*?)\n```$/gm)].map(([, command = '']) => command);
}
