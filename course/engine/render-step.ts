// Renders a step to HTML when the image is built, so that the guide needs no Markdown library at run time.
import { marked } from 'marked';
import { parse } from 'yaml';
import type { Step, StepSummary } from '../../apps/guide/contract.ts';
import { commandsFor, kubectlBlocks, markdownOf } from './kubectl-section.ts';
import type { KubectlMatter } from './kubectl-section.ts';

/** A step in the guide's image. It is the same for every learner. */
export type RenderedStep = Omit<Step, 'state' | 'seen' | 'traceId' | 'startedAt'>;
export type StepOutline = Omit<StepSummary, 'state' | 'seen'>;

/** The front matter that an author writes at the top of a step's step.md. */
type FrontMatter = Pick<RenderedStep, 'title' | 'minutes' | 'learn'> &
  Partial<Pick<RenderedStep, 'files' | 'questions' | 'faults' | 'joins'>> & {
    readonly kubectl?: KubectlMatter;
    /** The whole task in one or two sentences, in Markdown. The page shows it above the text. */
    readonly task?: string;
    /** Hints in Markdown, for a learner who is stuck. The solution comes after them. */
    readonly hints?: readonly string[];
  };

/**
 * Renders a step's front matter and Markdown to the JSON that the guide serves.
 * @throws if the front matter lacks a field; the error names the step and the field
 */
export function renderStep(id: string, text: string): RenderedStep {
  const { matter, body } = partsOf(id, text);
  const { title, minutes, task, learn, files = [], questions = [], faults, joins, kubectl = {}, hints = [] } = matter;
  const blocks = kubectlBlocks({ id, files, hasQuestions: questions.length > 0, kubectl, hints: hints.length });
  return {
    id,
    number: Number(id.slice(0, 2)),
    title,
    minutes,
    ...(task === undefined ? {} : { taskHtml: marked.parseInline(task, { async: false }) }),
    learn,
    files,
    questions,
    ...(faults ? { faults } : {}),
    ...(joins ? { joins } : {}),
    commands: {
      bash: commandsFor(blocks, 'bash'),
      powershell: commandsFor(blocks, 'powershell'),
      cmd: commandsFor(blocks, 'cmd'),
    },
    hints: hints.map((text) => ({ text, html: htmlOf(text) })),
    text: body.trim(),
    html: htmlOf(body),
    kubectlHtml: htmlOf(markdownOf(blocks)),
  };
}

/** Renders Markdown. A link such as `/explore` becomes relative, because the guide may be below a prefix. */
const htmlOf = (markdown: string): string => marked.parse(markdown, { async: false }).replaceAll('href="/', 'href="');

function partsOf(id: string, text: string): { matter: FrontMatter; body: string } {
  const [, matter, body] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text) ?? [];
  if (matter === undefined || body === undefined)
    throw new Error(`${id}/step.md: expected front matter between two lines of ---, found none. Add it at the top.`);
  const parsed = parse(matter) as Partial<FrontMatter> | null;
  const missing = (['title', 'minutes', 'learn'] as const).filter((field) => parsed?.[field] === undefined);
  if (missing.length > 0)
    throw new Error(
      `${id}/step.md: expected title, minutes and learn in its front matter, found no ${missing.join(', ')}.`,
    );
  return { matter: parsed as FrontMatter, body };
}
