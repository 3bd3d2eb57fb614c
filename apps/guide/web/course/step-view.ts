// Shows one step: what to learn, what to do, its questions and its commands.
import type { CourseOverview, FileName, SpanOfPage, Step, StepSummary } from '../../contract.ts';
import { CHANGE, mayOnlyLook, OWN } from '../class/look-in.ts';
import { button, h } from '../dom.ts';
import type { Child } from '../dom.ts';
import type { Store } from '../store.ts';
import { helpSection } from './help.ts';
import { kubectlSection } from './kubectl.ts';
import { librarySearch } from './library-search.ts';
import { prose } from './prose.ts';
import type { QuestionForm } from './questions.ts';
import { SpanPicker } from './span-picker.ts';
import { hrefOf } from './step-url.ts';
import { stateInWords } from './words.ts';

export interface StepActions {
  start(): unknown;
  showTrace(traceId: string): unknown;
  /** Returns a span of this trace, if the page shows the trace. */
  spanIn(traceId: string, spanId: string): SpanOfPage | undefined;
  check(): unknown;
  reset(): unknown;
  skip(): unknown;
  open(name: FileName): unknown;
  /** Shows the editor in a step that changes no file. */
  showFiles(): unknown;
  sawHints(count: number): unknown;
  compareWithSolution(): unknown;
}

export interface StepParts {
  step: Step;
  form: QuestionForm;
  actions: StepActions;
  store: Store;
}

export function stepView({ step, form, actions, store }: StepParts): Child {
  return [
    h('h2', { id: 'step-title', tabindex: '-1' }, `${step.number}. ${step.title}`),
    h('p', { class: 'soft' }, `${step.minutes} minutes, ${stateInWords[step.state]}`, traceOf(step)),
    task(step),
    learn(step),
    prose(step.html),
    kubectlSection(step.kubectlHtml, store),
    filesOf(step, actions),
    step.questions.length > 0 && questionsOf(step, form, actions),
    step.state !== 'open' && helpSection(step, actions),
    h('p', { class: 'soft' }, step.state === 'open' ? beginInWords : resetInWords),
  ];
}

/** The whole task in a sentence or two. It is in sight, however long the text below it is. */
function task({ taskHtml }: Step): Child {
  if (taskHtml === undefined) return undefined;
  const words = h('span', {});
  words.innerHTML = taskHtml; // comes from our own Markdown
  return h('p', { class: 'task' }, h('strong', { class: 'soft' }, 'Your task '), words);
}

const learn = ({ learn: all }: Step): Child =>
  all.length > 0 && [
    h(
      'details',
      { class: 'learn' },
      h('summary', {}, 'What you learn'),
      h(
        'ul',
        {},
        all.map((one) => h('li', {}, one)),
      ),
    ),
  ];

/** The files of the step, or the way to the editor, which a step without files does not show. */
function filesOf({ files }: Step, actions: StepActions): Child {
  return h(
    'p',
    { class: 'group' },
    h('span', { class: 'soft' }, files.length > 0 ? 'It is about' : 'This step changes no file.'),
    files.map((name) => button(name, () => actions.open(name), { class: 'quiet' })),
    files.length === 0 && button('Show your files', () => actions.showFiles(), { class: 'quiet' }),
  );
}

/** The questions are about what happens after Start, so they appear only then. */
function questionsOf({ state, questions, traceId }: Step, form: QuestionForm, actions: StepActions): Child {
  if (state === 'open')
    return h('p', { class: 'soft', ...CHANGE }, 'Press Start. The questions of this step then appear here.');
  return [
    questions.some(({ name }) => name === 'pick') && !mayOnlyLook() && librarySearch((name) => form.set('pick', name)),
    state === 'started' && traceId !== undefined && [subjectOf(traceId, actions), pickerOf(traceId, form, actions)],
    mayOnlyLook() &&
      h('p', { class: 'soft' }, 'The answers are in the browser of the learner until they are verified.'),
    form.dom,
  ];
}

/** Answers the questions about a trace by clicks on its spans. Those with options have buttons already. */
function pickerOf(traceId: string, form: QuestionForm, actions: StepActions): Child {
  const questions = form.questions.filter(({ options }) => options === undefined);
  if (questions.length === 0 || mayOnlyLook()) return undefined;
  return new SpanPicker({
    questions,
    spanOf: (spanId) => actions.spanIn(traceId, spanId),
    answerTo: (name) => form.answers()[name] ?? '',
    answer: (name, text) => form.fill(name, text),
  }).dom;
}

/** Names the trace that the questions are about, and leads back to it. */
const subjectOf = (traceId: string, actions: StepActions): Child => [
  h('p', {}, 'The questions are about the trace that this step has started with. Your own rounds have other traces.'),
  h(
    'p',
    { class: 'group' },
    button('Show its trace', () => actions.showTrace(traceId)),
    button('Start again', () => actions.start(), CHANGE),
  ),
];

/** Builds a link to the trace that the step's start made, or to the trace that passed the step's check. */
function traceOf({ state, traceId }: Step): Child {
  return (
    traceId !== undefined && [
      state === 'passed' ? ' by ' : ', with ',
      h('a', { href: `traces/${traceId}` }, 'this trace'),
    ]
  );
}

const beginInWords =
  'Start goes on with your own files. Skip to here is for when you have left out steps: it takes the files of a ' +
  'finished course up to here. Both keep copies of what they replace.';
const resetInWords = 'Reset writes the files with which this step starts, and keeps copies of yours.';

export function stepButtons(step: Step, actions: StepActions): Child {
  const fresh = step.state === 'open';
  return [
    fresh && button('Start', () => actions.start(), { class: 'primary', ...CHANGE }),
    !fresh && button('Check', () => actions.check(), { class: step.state === 'passed' ? '' : 'primary', ...CHANGE }),
    fresh && button('Skip to here', () => actions.skip(), CHANGE),
    !fresh && button('Reset this step', () => actions.reset(), CHANGE),
  ];
}

/** The title of the last page. */
const LEARNT = 'What you have learnt';

/** Builds the end of the course, for a learner who has passed every step. */
export const finished = (): Child => [
  h('h2', {}, 'You have finished the course'),
  h('p', {}, 'A check has verified every step against telemetry that you sent. Your lab stays as it is.'),
  h('p', {}, h('a', { href: 'learnt' }, LEARNT), ': all of it, your best trace, and what next.'),
  h('p', OWN, h('a', { href: 'api/export', download: '' }, 'Download my work'), ': your code, settings and a trace.'),
];

/** Builds the links to the previous and the next step. After the last step comes the page about all of them. */
export function pager(step: Step, { steps }: CourseOverview): Child {
  const at = steps.findIndex(({ id }) => id === step.id);
  const [before, after] = [steps[at - 1], steps[at + 1]];
  const next = after ? { href: hrefOf(after.id), words: wordsOf(after) } : { href: 'learnt', words: LEARNT };
  return [
    before ? h('a', { href: hrefOf(before.id) }, `← ${wordsOf(before)}`) : h('span'),
    // After a step comes the next one: then this link is what to press.
    h('a', { href: next.href, class: step.state === 'passed' && 'next' }, `${next.words}\u00a0→`),
  ];
}

const wordsOf = ({ number, title }: StepSummary): string => `${number}. ${title}`;
