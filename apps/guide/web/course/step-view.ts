// Shows one step: what to learn, what to do, its questions and its commands.
import type { CourseOverview, FileName, Step, StepSummary } from '../../contract.ts';
import { CHANGE, mayOnlyLook, OWN } from '../class/look-in.ts';
import { button, h } from '../dom.ts';
import type { Child } from '../dom.ts';
import type { Store } from '../store.ts';
import { helpSection } from './help.ts';
import { kubectlSection } from './kubectl.ts';
import { librarySearch } from './library-search.ts';
import { prose } from './prose.ts';
import type { QuestionForm } from './questions.ts';
import { stateInWords } from './words.ts';

export interface StepActions {
  start(): unknown;
  showTrace(traceId: string): unknown;
  check(): unknown;
  reset(): unknown;
  skip(): unknown;
  open(name: FileName): unknown;
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
    kubectlSection(step.kubectlHtml, store),
    step.files.length > 0 &&
      h(
        'p',
        { class: 'group' },
        h('span', { class: 'soft' }, 'It is about'),
        step.files.map((name) => button(name, () => actions.open(name), { class: 'quiet' })),
      ),
    step.questions.length > 0 && questionsOf(step, form, actions),
    step.state !== 'open' && helpSection(step, actions),
  ];
}

/** The questions are about what happens after Start, so they appear only then. */
function questionsOf({ state, questions, traceId }: Step, form: QuestionForm, actions: StepActions): Child {
  if (state === 'open')
    return h('p', { class: 'soft', ...CHANGE }, 'Press Start. The questions of this step then appear here.');
  return [
    questions.some(({ name }) => name === 'pick') && !mayOnlyLook() && librarySearch((name) => form.set('pick', name)),
    state === 'started' && traceId !== undefined && subjectOf(traceId, actions),
    mayOnlyLook() &&
      h('p', { class: 'soft' }, 'The answers are in the browser of the learner until they are verified.'),
    form.dom,
  ];
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
    h('p', { class: 'soft', ...CHANGE }, fresh ? beginInWords : resetInWords),
  ];
}

/** Builds the end of the course, for a learner who has passed every step. */
export const finished = (): Child => [
  h('h2', {}, 'You have finished the course'),
  h('p', {}, 'A check has verified every step against telemetry that you sent. Your lab stays as it is.'),
  h('p', OWN, h('a', { href: 'api/export', download: '' }, 'Download my work'), ': your code, settings and a trace.'),
];

/** Builds the links to the previous and the next step. */
export function pager(step: Step, { steps }: CourseOverview): Child {
  const at = steps.findIndex(({ id }) => id === step.id);
  return [neighbour(steps[at - 1], '← '), neighbour(steps[at + 1], '', ' →')];
}

function neighbour(step: StepSummary | undefined, before: string, after = ''): HTMLElement {
  return step ? h('a', { href: `#${step.id}` }, `${before}${step.number}. ${step.title}${after}`) : h('span');
}
