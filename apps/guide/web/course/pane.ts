// The course pane next to the editor, which shows the list of steps, the open step and its buttons.
import { get, messageOf, send } from '../api.ts';
import type { CourseOverview, Files, SeenStep, Step, Verdict } from '../../contract.ts';
import { confirmed } from '../dialog.ts';
import type { Confirmation } from '../dialog.ts';
import { byId, fill, h, whenPressed } from '../dom.ts';
import type { Workbench } from '../editor/workbench.ts';
import type { Store } from '../store.ts';
import type { TracePanel } from '../trace/panel.ts';
import { StepLayout } from './layout.ts';
import { QuestionForm, forgetAnswers } from './questions.ts';
import { SeenView } from './seen-view.ts';
import { goTo, stayAt } from './step-history.ts';
import { hrefOf, isPlain, stepsIn } from './step-url.ts';
import { finished, pager, stepButtons, stepView } from './step-view.ts';
import { VerdictView } from './verdict.ts';
import type { Situation } from './verdict.ts';
import { signOf, stateInWords } from './words.ts';

export class CoursePane {
  readonly #store: Store;
  readonly #workbench: Workbench;
  readonly #trace: TracePanel;
  readonly #article = byId('step');
  readonly #status = byId('course-status');
  readonly #layout = new StepLayout();
  readonly #seen = new SeenView();
  #course: CourseOverview = { passed: 0, total: 0, editing: true, steps: [] };
  /**
   * Id of the step that the learner opened last. If an answer from the guide is about another step, it has arrived too
   * late, and the page ignores it.
   */
  #wanted = '';
  #step: Step | undefined;
  #form: QuestionForm | undefined;
  readonly #verdict: VerdictView;

  /** Is called before a check. */
  onCheck: () => void = () => {};

  constructor(store: Store, workbench: Workbench, trace: TracePanel) {
    this.#store = store;
    this.#workbench = workbench;
    this.#trace = trace;
    this.#verdict = new VerdictView(store, () => this.#situation());
    workbench.onUpdate = () => {
      this.#verdict.update();
      this.#seen.update(workbench.version);
    };
    whenPressed(byId<HTMLButtonElement>('reset-all'), () => this.#resetAll());
    this.#followLinks();
  }

  /** Opens the steps that links and the browser's history lead to, without a reload of the page. */
  #followLinks(): void {
    const follow = (): void => {
      const id = this.#stepIn(location);
      if (id !== undefined && id !== this.#wanted) void this.#open(id, true);
    };
    addEventListener('popstate', follow);
    addEventListener('hashchange', follow);
    document.addEventListener('click', (event) => {
      const link = (event.target as Element).closest<HTMLAnchorElement>('a[href^="?step="]');
      const id = link && this.#stepIn(link);
      if (!id || !isPlain(event)) return;
      event.preventDefault();
      byId<HTMLDetailsElement>('steps').open = false;
      if (goTo(id)) void this.#open(id, true);
    });
  }

  /** Loads the course and opens a step. @returns whether the guide can change the learner's files */
  async start(): Promise<boolean> {
    if (!(await this.#refresh())) {
      fill(
        this.#article,
        h('h2', { id: 'step-title' }, 'The course could not be loaded'),
        h('p', {}, 'Load the page again when the lab answers.'),
      );
      return true;
    }
    const { steps } = this.#course;
    const next = this.#stepIn(location) ?? this.#lastOpen() ?? steps.find(({ state }) => state !== 'passed')?.id;
    const id = next ?? steps.at(-1)?.id;
    if (id !== undefined) void this.#open(id, false);
    return this.#course.editing;
  }

  /** What a verdict is about, as it is now. */
  #situation(): Situation {
    return {
      version: this.#workbench.version,
      answers: JSON.stringify(this.#form?.answers() ?? {}),
      hasUnsaved: this.#workbench.hasUnsaved(),
    };
  }

  /** Shows what another tab or a terminal has done in the course. */
  async follow(): Promise<void> {
    const id = this.#step?.id;
    if (!(await this.#refresh()) || id === undefined) return;
    const step = await get<Step>(`api/course/${id}`).catch(() => undefined);
    if (!step || this.#step?.id !== id) return;
    const known = this.#step;
    if (!isSame(step, known)) this.#show(step);
    else if (hasSameCheck(step, known)) return;
    this.#step = step;
    this.#verdict.restore(step);
  }

  /** Returns the step that a URL names. */
  #stepIn(url: Pick<Location, 'search' | 'hash'>): string | undefined {
    return stepsIn(url).find((id) => this.#isStep(id));
  }

  /** Returns the step that this browser has shown last, for a learner who comes back from another page. */
  #lastOpen(): string | undefined {
    const id = this.#store.get<string>('step');
    return id !== undefined && this.#isStep(id) ? id : undefined;
  }

  #isStep(id: string): boolean {
    return this.#course.steps.some((step) => step.id === id);
  }

  /** Loads the learner's progress. @returns whether the guide answered */
  async #refresh(): Promise<boolean> {
    try {
      this.#course = await get<CourseOverview>('api/course');
      this.#list();
      fill(this.#status);
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  #list(): void {
    const { passed, total, steps } = this.#course;
    fill(byId('progress'), `Steps: ${passed} of ${total} verified`);
    fill(byId('finished'), passed === total && total > 0 && finished());
    fill(
      byId('step-list'),
      steps.map(({ id, number, title, minutes, state }) =>
        h(
          'li',
          { class: `state-${state}` },
          h(
            'a',
            { href: hrefOf(id), 'aria-current': id === this.#wanted ? 'step' : undefined },
            h('span', { class: 'sign', 'aria-hidden': 'true' }, signOf[state]),
            h('span', {}, `${number}. ${title}`),
            h('span', { class: 'sr' }, `, ${stateInWords[state]}`),
            h('span', { class: 'soft minutes' }, `${minutes} min`),
          ),
        ),
      ),
    );
  }

  async #open(id: string, focus: boolean): Promise<void> {
    this.#wanted = id;
    this.#store.set('step', id);
    stayAt(id);
    this.#list();
    try {
      const step = await get<Step>(`api/course/${id}`);
      if (this.#wanted !== id) return;
      this.#show(step);
      this.#verdict.restore(step);
      if (focus) byId('step-title').focus();
    } catch (error) {
      this.#fail(error);
    }
  }

  #show(step: Step): void {
    this.#step = step;
    document.title = `${step.number}. ${step.title} · intro-otel`;
    this.#form = new QuestionForm(step.questions, this.#store, step.id);
    this.#form.dom.addEventListener('input', () => this.#verdict.update());
    const actions = {
      start: () => this.#begin(step),
      showTrace: (traceId: string) => void this.#trace.show({ traceId, reveal: true }),
      spanIn: (traceId: string, spanId: string) => this.#trace.spanIn(traceId, spanId),
      check: () => this.#check(step),
      reset: () =>
        this.#replaceFiles(step, 'reset', {
          title: 'Reset this step?',
          text:
            `Your files in the lab become what they are at the start of “${step.title}”. ` +
            'What they are now is kept under “Earlier versions”. What you have not saved is lost.',
          yes: 'Reset',
        }),
      skip: () =>
        this.#replaceFiles(step, 'skip', {
          title: 'Skip to here?',
          text:
            `Your files in the lab become what they should be by “${step.title}”. ` +
            'What they are now is kept under “Earlier versions”. What you have not saved is lost.',
          yes: 'Skip',
        }),
      open: (name: Step['files'][number]) => this.#workbench.open(name),
      showFiles: () => this.showFiles(),
      sawHints: (seen: number) => this.#doing(() => send('POST', `api/course/${step.id}/hints`, { seen })),
      compareWithSolution: () => this.#doing(() => this.#compareWithSolution(step)),
    };
    this.#layout.apply(step);
    this.#seen.open(step);
    fill(this.#article, stepView({ step, form: this.#form, actions, store: this.#store }));
    fill(byId('step-actions'), stepButtons(step, actions));
    fill(byId('pager'), pager(step, this.#course));
  }

  /** Shows what the learner's own requests show of a step. */
  saw(seen: SeenStep): void {
    this.#seen.show(seen, this.#workbench.version);
  }

  /** The id of the open step. */
  get openStep(): string {
    return this.#wanted;
  }

  /** The answers to the questions of the open step, as far as the learner has written them. */
  get answers(): Readonly<Record<string, string>> {
    return this.#form?.answers() ?? {};
  }

  /** The services that a request of the open step should join in one trace. */
  get joins(): readonly string[] {
    return this.#step?.joins ?? [];
  }

  /** Shows the learner's files, also in a step that edits none. */
  showFiles(): void {
    this.#layout.showFiles();
  }

  /** Shows how the finished files of the step differ from the learner's. The guide records that they were shown. */
  async #compareWithSolution({ id, number, files }: Step): Promise<void> {
    const solution = await send<Files>('POST', `api/course/${id}/solution`);
    const texts = files.map((file) => ({ file, text: solution[file] }));
    await this.#workbench.compare(`The solution of step ${number}, next to your files`, texts);
  }

  async #begin(step: Step): Promise<void> {
    await this.#doing(async () => {
      const started = await send<Step>('POST', `api/course/${step.id}/start`);
      const [file] = started.files;
      await Promise.all([this.#refresh(), this.#workbench.reload()]);
      this.#show(started);
      this.#verdict.restore(started);
      if (file) this.#workbench.open(file);
      byId('step-title').focus();
      this.#showTraceOf(started);
    });
  }

  /** Shows the trace that a step starts with, if there is one. */
  #showTraceOf({ state, traceId }: Step): void {
    if (state === 'started' && traceId) void this.#trace.show({ traceId });
  }

  async #check(step: Step): Promise<void> {
    const asked = this.#situation();
    this.onCheck();
    this.#verdict.say(
      asked.hasUnsaved
        ? 'Checking what the lab runs. What you have changed since the last Run is not in it.'
        : 'Checking against your traces; this takes up to 10 s…',
    );
    await this.#doing(async () => {
      const verdict = await send<Verdict>('POST', `api/course/${step.id}/check`, {
        answers: this.#form?.answers() ?? {},
        version: asked.version,
      });
      if (this.#step?.id !== step.id) return;
      if (verdict.traceId) void this.#trace.show({ traceId: verdict.traceId });
      if (!verdict.passed) return this.#verdict.show({ verdict, step: this.#step, asked });
      await this.#refresh();
      const passed = await get<Step>(`api/course/${step.id}`);
      this.#show(passed);
      byId('step-actions').querySelector('button')?.focus();
      this.#verdict.show({ verdict, step: passed, asked });
    });
  }

  /** Resets a step, or skips to it. Both replace the learner's files, so the page asks for confirmation first. */
  async #replaceFiles(step: Step, verb: 'reset' | 'skip', question: Confirmation): Promise<void> {
    if (!(await confirmed(question))) return;
    await this.#doing(async () => {
      if (verb === 'reset') forgetAnswers(this.#store, step.id);
      const begun = await send<Step>('POST', `api/course/${step.id}/${verb}`);
      await Promise.all([this.#refresh(), this.#workbench.reload(true)]);
      await this.#open(step.id, true);
      this.#showTraceOf(begun);
    });
  }

  async #resetAll(): Promise<void> {
    const agreed = await confirmed({
      title: 'Reset the whole course?',
      text:
        'Every step becomes not started, and your files become what they are at the very start. ' +
        'Extra rounds and faults end.',
      yes: 'Reset everything',
    });
    if (!agreed) return;
    await this.#doing(async () => {
      await send('POST', 'api/course/reset');
      for (const { id } of this.#course.steps) forgetAnswers(this.#store, id);
      await Promise.all([this.#refresh(), this.#workbench.reload(true)]);
      const [first] = this.#course.steps;
      if (first) await this.#open(first.id, true);
    });
  }

  async #doing(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#verdict.clear();
    this.#status.dataset.tone = 'bad';
    fill(this.#status, messageOf(error));
  }
}

/** Whether nobody has checked the step between the two reads. */
const hasSameCheck = (one: Step, other: Step): boolean => one.checked?.at === other.checked?.at;

/** Whether nobody has started, reset or passed the step between the two reads. */
const isSame = (one: Step, other: Step): boolean =>
  one.state === other.state && one.startedAt === other.startedAt && one.traceId === other.traceId;
