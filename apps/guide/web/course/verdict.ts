// Shows the result of a check below the step. If what was checked has changed since, the page says so, and the result
// no longer looks current. The browser keeps the last result, so that a learner who looks at its trace can come back.
import type { Failed, Requirement, Step, Verdict } from '../../contract.ts';
import { byId, fill, h } from '../dom.ts';
import type { Child } from '../dom.ts';
import type { Store } from '../store.ts';
import { isBrokenHop, verdictTitle } from './words.ts';

/** What a verdict is about. A verdict is current as long as this is as it was when the learner pressed Check. */
export interface Situation {
  /** The version of the files in the lab. It is empty while the page does not know them. */
  readonly version: string;
  /** The answers to the step's questions, as JSON. */
  readonly answers: string;
  /** Whether the editor has changes that the lab does not run. */
  readonly hasUnsaved: boolean;
}

/** What was checked. The answers are known only to the page that asked for the check. */
type Asked = Omit<Situation, 'answers'> & Partial<Pick<Situation, 'answers'>>;

type CheckedStep = Pick<Step, 'id' | 'startedAt' | 'questions'>;

export interface CheckResult {
  readonly verdict: Verdict;
  readonly step: CheckedStep;
  /** The situation when the learner pressed Check. */
  readonly asked: Asked;
}

const KEY = 'verdict';

export class VerdictView {
  /**
   * The element that shows the verdict. It is a live region, which screen readers announce only when its content
   * changes. So the page never replaces this element.
   */
  readonly #place = byId('verdict');
  readonly #note = h('p', { class: 'verdict-note' });
  readonly #store: Store;
  readonly #now: () => Situation;
  #shown: CheckResult | undefined;

  /** @param now returns the present situation */
  constructor(store: Store, now: () => Situation) {
    this.#store = store;
    this.#now = now;
  }

  /** Shows a text in place of a verdict, while a check runs, and scrolls to it. */
  say(text: string): void {
    this.#shown = undefined;
    this.#place.dataset.tone = 'busy';
    fill(this.#place, text);
    this.#place.scrollIntoView({ block: 'nearest' });
  }

  /** Shows the result of a check that has just ended, and scrolls to it. */
  show(result: CheckResult): void {
    const { id, startedAt, questions } = result.step;
    this.#store.set(KEY, { ...result, step: { id, startedAt, questions } });
    this.#draw(result);
    this.#place.scrollIntoView({ block: 'nearest' });
  }

  /** Shows the last verdict of this step again, unless somebody has started or passed the step since. */
  restore(step: Step): void {
    const own = this.#store.get<CheckResult>(KEY);
    const isOfStep = own?.step.id === step.id && own.step.startedAt === step.startedAt;
    const known = newer(isOfStep ? own : undefined, step);
    if (known?.verdict.passed !== (step.state === 'passed')) return this.clear();
    const isShown = this.#shown?.step.id === step.id && isSame(known.verdict, this.#shown.verdict);
    if (!isShown) this.#draw(known);
  }

  clear(): void {
    this.#shown = undefined;
    delete this.#place.dataset.tone;
    fill(this.#place);
  }

  /** Says whether the verdict is still current. Call it when the files or the answers may have changed. */
  update(): void {
    if (!this.#shown) return;
    const note = noteOf(this.#shown, this.#now());
    const tone = this.#shown.verdict.passed ? 'good' : 'bad';
    this.#place.dataset.tone = note === undefined ? tone : 'old';
    this.#note.hidden = note === undefined;
    if (this.#note.textContent !== (note ?? '')) this.#note.textContent = note ?? '';
  }

  #draw(result: CheckResult): void {
    this.#shown = result;
    fill(this.#place, this.#note, content(result));
    this.update();
  }
}

/**
 * Returns the last check of a step: this page's own, which knows the answers, or another page's, as the guide knows it.
 * An instructor's page has none of its own.
 */
function newer(own: CheckResult | undefined, step: Step): CheckResult | undefined {
  const { checked } = step;
  if (!checked || (own && isSame(own.verdict, checked.verdict))) return own;
  return { verdict: checked.verdict, step, asked: { version: checked.version, hasUnsaved: false } };
}

const isSame = (one: Verdict, other: Verdict | undefined): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Returns what is no longer as it was when the step was checked. */
function noteOf({ verdict, step, asked }: CheckResult, now: Situation): string | undefined {
  if (step.questions.length > 0)
    return asked.answers === undefined || now.answers === asked.answers
      ? undefined
      : 'From before you changed an answer. Check again.';
  if (now.version !== '' && asked.version !== '' && now.version !== asked.version)
    return verdict.passed
      ? 'From before the last change of your files. The step stays verified.'
      : 'From before the last change of your files. Check again.';
  return now.hasUnsaved
    ? 'The check judged what the lab runs. What you have changed since the last Run is not in it.'
    : undefined;
}

function content({ verdict, step }: CheckResult): Child {
  const { traceId } = verdict;
  return [
    h('p', { class: 'verdict-title' }, h('strong', {}, verdictTitle(verdict, step.questions.length > 0))),
    !verdict.passed && failureList(verdict),
    requirementList(verdict),
    verdict.passed && step.questions.length > 0 && h('p', {}, 'Your answers match what the lab did.'),
    traceId !== undefined &&
      h(
        'p',
        {},
        h(
          'a',
          { href: `traces/${traceId}` },
          verdict.passed ? 'The trace that proves it' : 'The trace that was looked at',
        ),
      ),
    isBrokenHop(verdict) && h('p', {}, h('a', { href: 'why' }, 'Why is there no telemetry?')),
  ];
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
function requirementList({ passed, requirements = [] }: Verdict): Child {
  if (requirements.length < (passed ? 1 : 2)) return undefined;
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
