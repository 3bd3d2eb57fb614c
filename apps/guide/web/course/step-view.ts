// Shows one step: what to learn, what to do, its questions, its commands, and the result of its check.
import type { CourseOverview, Failed, FileName, Requirement, Step, StepSummary, Verdict } from '../../contract.ts';
import { copyButton } from '../copy.ts';
import { button, fill, h } from '../dom.ts';
import type { Child } from '../dom.ts';
import { librarySearch } from './library-search.ts';
import type { QuestionForm } from './questions.ts';
import { isBrokenHop, stateInWords, verdictTitle } from './words.ts';

export interface StepActions {
  start(): unknown;
  check(): unknown;
  reset(): unknown;
  skip(): unknown;
  open(name: FileName): unknown;
}

export interface StepParts {
  step: Step;
  form: QuestionForm;
  actions: StepActions;
}

export function stepView({ step, form, actions }: StepParts): Child {
  return [
    h('h2', { id: 'step-title', tabindex: '-1' }, `${step.number}. ${step.title}`),
    h('p', { class: 'soft' }, `${step.minutes} minutes, ${stateInWords[step.state]}`, traceOf(step)),
    step.learn.length > 0 &&
      h(
        'div',
        { class: 'learn' },
        h('h3', {}, 'What you learn'),
        h(
          'ul',
          {},
          step.learn.map((one) => h('li', {}, one)),
        ),
      ),
    prose(step.html),
    kubectlSection(step.kubectlHtml),
    step.files.length > 0 &&
      h(
        'p',
        { class: 'group' },
        h('span', { class: 'soft' }, 'It is about'),
        step.files.map((name) => button(name, () => actions.open(name), { class: 'quiet' })),
      ),
    step.questions.some(({ name }) => name === 'pick') && librarySearch((name) => form.set('pick', name)),
    step.questions.length > 0 && form.dom,
  ];
}

/** Builds a link to the trace that the step's start made, or to the trace that passed the step's check. */
function traceOf({ state, traceId }: Step): Child {
  return (
    traceId !== undefined && [
      state === 'passed' ? ' by ' : ', with ',
      h('a', { href: `/traces/${traceId}` }, 'this trace'),
    ]
  );
}

/** Shows HTML from the step's text. The reader can copy its code, and scroll wide code with the keyboard. */
function prose(html: string): HTMLElement {
  const made = h('div', { class: 'prose' });
  made.innerHTML = html;
  made.querySelectorAll('table').forEach(frameTable);
  for (const link of made.querySelectorAll<HTMLAnchorElement>('a[href^="http"]'))
    Object.assign(link, { target: '_blank', rel: 'noopener noreferrer' });
  for (const block of made.querySelectorAll('pre')) {
    const text = block.textContent;
    const frame = h('div', { class: 'code-block' });
    block.replaceWith(frame);
    block.tabIndex = 0;
    block.setAttribute('role', 'group');
    block.setAttribute('aria-label', 'Code');
    frame.append(
      block,
      copyButton(() => text, 'this code'),
    );
  }
  return made;
}

/**
 * Makes code and tables fit a narrow column. Code may wrap at readable places. A table that is still too wide scrolls,
 * with the keyboard too.
 */
function frameTable(table: HTMLTableElement): void {
  const frame = h('div', { class: 'table', tabindex: '0', role: 'group', 'aria-label': 'Table' });
  table.replaceWith(frame);
  frame.append(table);
  for (const code of table.querySelectorAll('code')) {
    const parts = code.textContent.split(/(?<=[.,_(])(?!\))/);
    fill(
      code,
      parts.map((part, index) => [index > 0 && h('wbr'), part]),
    );
  }
}

/**
 * Builds the section with the commands that do the step in a terminal. It is folded, because most learners use the
 * page.
 */
const kubectlSection = (html: string): HTMLElement =>
  h('details', { class: 'commands' }, h('summary', {}, 'The same with kubectl'), prose(html));

export function stepButtons(step: Step, actions: StepActions): Child {
  const fresh = step.state === 'open';
  return [
    fresh && button('Start', () => actions.start(), { class: 'primary' }),
    !fresh && button('Check', () => actions.check(), { class: step.state === 'passed' ? '' : 'primary' }),
    fresh &&
      button('Skip to here', () => actions.skip(), {
        'aria-description': 'Starts this step with the files as they should be by now.',
      }),
    !fresh &&
      button('Reset this step', () => actions.reset(), {
        'aria-description': 'The files become what they are at the start of this step.',
      }),
  ];
}

/** Builds the end of the course, for a learner who has passed every step. */
export const finished = (): Child => [
  h('h2', {}, 'You have finished the course'),
  h('p', {}, 'A check has verified every step against telemetry that you sent. Your lab stays as it is.'),
  h('p', {}, h('a', { href: '/api/export', download: '' }, 'Download my work'), ': your code, settings and a trace.'),
];

/** Builds the links to the previous and the next step. */
export function pager(step: Step, { steps }: CourseOverview): Child {
  const at = steps.findIndex(({ id }) => id === step.id);
  return [neighbour(steps[at - 1], '← '), neighbour(steps[at + 1], '', ' →')];
}

function neighbour(step: StepSummary | undefined, before: string, after = ''): HTMLElement {
  return step ? h('a', { href: `#${step.id}` }, `${before}${step.number}. ${step.title}${after}`) : h('span');
}

function failureList({ expected, found, hint }: Failed): HTMLElement {
  const rows = Object.entries({ Expected: expected, Found: found, Hint: hint });
  return h(
    'dl',
    {},
    rows.map(([term, text]) => h('div', {}, h('dt', {}, term), h('dd', {}, text))),
  );
}

const signs: Record<Requirement['state'], string> = { met: '✓', unmet: '✗', unknown: '?' };
const statesInWords: Record<Requirement['state'], string> = {
  met: 'done',
  unmet: 'not yet',
  unknown: 'not checked yet',
};

/** Builds the list of what the step asks for, each with a sign that says whether the check found it. */
function requirementList(requirements: readonly Requirement[] = []): Child {
  if (requirements.length < 2) return undefined;
  return h(
    'ul',
    { class: 'requirements' },
    requirements.map(({ text, state }) =>
      h(
        'li',
        { class: `requirement-${state}` },
        h('span', { class: 'sign', 'aria-hidden': 'true' }, signs[state]),
        h('span', {}, text, h('span', { class: state === 'unknown' ? 'soft' : 'sr' }, `, ${statesInWords[state]}`)),
      ),
    ),
  );
}

const unsavedNote =
  'The files of your last Run were checked. What you have changed in the editor since is not in them: press Run, ' +
  'then check again.';

interface VerdictContext {
  readonly step: Pick<Step, 'questions'>;
  /** Whether the editor has changes that the lab does not run. */
  readonly hasUnsaved: boolean;
}

/** Shows the result of a step's check. */
export function showVerdict(place: HTMLElement, verdict: Verdict, { step, hasUnsaved }: VerdictContext): void {
  place.dataset.tone = verdict.passed ? 'good' : 'bad';
  const { traceId } = verdict;
  fill(
    place,
    h('p', { class: 'verdict-title' }, h('strong', {}, verdictTitle(verdict, step.questions.length > 0))),
    !verdict.passed && failureList(verdict),
    requirementList(verdict.requirements),
    hasUnsaved && h('p', {}, unsavedNote),
    traceId !== undefined &&
      h(
        'p',
        {},
        h(
          'a',
          { href: `/traces/${traceId}` },
          verdict.passed ? 'The trace that proves it' : 'The trace that was looked at',
        ),
      ),
    isBrokenHop(verdict) && h('p', {}, h('a', { href: '/why' }, 'Why is there no trace?')),
  );
}
