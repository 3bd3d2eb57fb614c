// The panel that plays rounds, sends requests to dice, sets the rate of extra rounds, and switches faults.
import { ApiError, get, messageOf, send } from '../api.ts';
import type { Fault, Round, Visit } from '../../contract.ts';
import { mayOnlyLook } from '../class/look-in.ts';
import { byId, fill, h, whenPressed } from '../dom.ts';
import { NumberField } from '../number-field.ts';
import type { NumberRule } from '../number-rule.ts';
import type { Store } from '../store.ts';
import { isOfAnotherPod } from '../trace/panel.ts';
import type { TracePanel } from '../trace/panel.ts';
import { roundInWords, visitInWords } from '../../app-words.ts';

/**
 * Milliseconds after a Run in which the panel repeats a request that the old pod of dice has answered. The old pod may
 * answer for two seconds after a new pod is ready.
 */
const patience = 10_000; // ms

/** The guide's server refuses any other rate. */
const load: NumberRule = { noun: 'rounds', least: 0, most: 120, isWhole: true, example: 60 };

/** A request to dice that was sent. */
interface Asked {
  readonly traceId: string | undefined;
  /** Whether the page scrolls to the trace. */
  readonly reveal: boolean;
  /** The number of the request. */
  readonly turn: number;
}

/** What a request depends on besides its path. */
interface Situation {
  /** Name of dice's newest pod, once the pod is ready. */
  readonly pod: string | undefined;
  /** Id of the step that the learner has open. */
  readonly step: string;
  /** The answers to the step's questions, as far as the learner has written them. */
  readonly answers: Readonly<Record<string, string>>;
  /** The services that a request of this step should join in one trace. */
  readonly joins: readonly string[];
}

export class PlayPanel {
  readonly #trace: TracePanel;
  readonly #store: Store;
  readonly #answer = byId('answer');
  readonly #load = new NumberField(byId<HTMLInputElement>('per-minute'), load);
  /** The path of the last request to dice. After a Run, the panel requests it again. */
  #last: string;

  /**
   * Number of the latest request. A new request increases it, which ends the wait for the trace of the previous
   * request.
   */
  #turn = 0;
  readonly #now: () => Situation;

  constructor(store: Store, trace: TracePanel, now: () => Situation) {
    this.#now = now;
    this.#store = store;
    this.#trace = trace;
    this.#last = store.get<string>('ask') ?? '/rolldice';
    byId('ask-again').textContent = this.#last;
    whenPressed(byId<HTMLButtonElement>('play'), () => this.play());
    for (const one of document.querySelectorAll<HTMLButtonElement>('[data-ask]'))
      whenPressed(one, () => this.ask(one.dataset.ask ?? '/'));
    this.#takeOtherPaths();
    this.#rememberChoice();
  }

  /** Sets up the input field for paths of dice that have no button. */
  #takeOtherPaths(): void {
    const input = byId<HTMLInputElement>('path');
    if (![...document.querySelectorAll<HTMLElement>('[data-ask]')].some(({ dataset }) => dataset.ask === this.#last))
      input.value = this.#last;
    byId('other-path').addEventListener('submit', (event) => {
      event.preventDefault();
      const { pathname, search } = new URL(input.value.trim().replace(/^[\\/]*/, '/'), location.origin);
      void this.ask(pathname + search);
    });
  }

  start(): void {
    byId('load').after(this.#load.problem);
    byId('load').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#setLoad();
    });
    void this.readLoad();
    void this.readFaults();
  }

  async play(): Promise<void> {
    this.#turn += 1;
    const traceId = await this.#answered('Playing…', async () => {
      const round = await send<Round>('POST', 'api/rounds').catch(lostRound);
      return { text: roundInWords(round), trace: round.trace };
    });
    if (traceId) void this.#trace.show({ traceId, reveal: true });
  }

  async ask(path: string): Promise<void> {
    this.#last = path;
    this.#store.set('ask', path);
    byId('ask-again').textContent = path;
    return this.#askNewest(path, true);
  }

  /** Repeats the last request to dice after a Run, so that the learner sees the spans of the new code. */
  async askAgain(): Promise<void> {
    if (byId<HTMLInputElement>('ask-after-run').checked) await this.#askNewest(this.#last);
  }

  /**
   * Sends a request to dice. The promise resolves with dice's answer, and does not wait for the trace, which may never
   * arrive. So the learner can send the next request at once.
   */
  async #askNewest(path: string, reveal = false): Promise<void> {
    const turn = ++this.#turn;
    const traceId = await this.#visited(path);
    void this.#showNewest(path, { traceId, reveal, turn });
  }

  /**
   * Shows the trace of a request. Just after a Run, the old pod may have answered the request. Then this function sends
   * the request to dice again.
   */
  async #showNewest(path: string, { traceId: first, reveal, turn }: Asked): Promise<void> {
    let traceId = first;
    for (const end = performance.now() + patience; traceId !== undefined && turn === this.#turn;) {
      const { pod, joins } = this.#now();
      const query = { traceId, reveal, joins, service: 'dice', ...(pod === undefined ? {} : { pod }) };
      const trace = await this.#trace.show(query);
      if (!trace || !isOfAnotherPod(trace, query) || performance.now() > end || turn !== this.#turn) return;
      traceId = await this.#visited(path);
    }
  }

  #visited(path: string): Promise<string | undefined> {
    return this.#answered(`Asking dice for ${path}…`, async () => {
      const { step, answers } = this.#now();
      const visit = await send<Visit>('POST', 'api/visit', { path, step, answers });
      return { text: visitInWords(path, visit), trace: visit.trace };
    });
  }

  /** Shows the answer or the error of a request. @returns the id of its trace */
  async #answered(
    meanwhile: string,
    work: () => Promise<{ text: string; trace: string | undefined }>,
  ): Promise<string | undefined> {
    this.#answer.dataset.tone = 'busy';
    fill(this.#answer, meanwhile);
    try {
      const { text, trace } = await work();
      this.#answer.dataset.tone = 'quiet';
      fill(this.#answer, text);
      if (!trace) this.#trace.none();
      return trace;
    } catch (error) {
      this.#answer.dataset.tone = 'bad';
      fill(this.#answer, messageOf(error));
      return undefined;
    }
  }

  #rememberChoice(): void {
    const box = byId<HTMLInputElement>('ask-after-run');
    box.checked = this.#store.get<boolean>('ask-after-run') ?? true;
    box.addEventListener('change', () => this.#store.set('ask-after-run', box.checked));
  }

  async #setLoad(): Promise<void> {
    const perMinute = this.#load.read();
    if (perMinute === undefined) return this.#load.input.focus();
    await reported(byId('load-status'), async () => loadInWords(await send<Load>('PUT', 'api/load', { perMinute })));
  }

  /** Shows the rate of extra rounds that the lab has now. */
  async readLoad(): Promise<void> {
    const status = byId('load-status');
    await reported(status, async () => {
      const now = await get<Load>('api/load');
      if (document.activeElement !== this.#load.input && this.#load.isRight) this.#load.write(now.perMinute);
      return now.perMinute === 0 && status.textContent === '' && !mayOnlyLook() ? '' : loadInWords(now);
    });
  }

  /** Shows which faults are on now. */
  async readFaults(): Promise<void> {
    const { faults } = await get<{ faults: Fault[] }>('api/faults').catch(() => ({ faults: [] }));
    byId('faults-part').hidden = faults.length === 0;
    const place = byId('faults');
    if (place.childElementCount !== faults.length)
      return fill(
        place,
        faults.map((fault) => this.#faultSwitch(fault)),
      );
    // A switch that is replaced would lose the focus.
    for (const fault of faults) turn(fault);
  }

  #faultSwitch({ name, title, on }: Fault): HTMLElement {
    const box = h('input', {
      type: 'checkbox',
      role: 'switch',
      id: `fault-${name}`,
      checked: on,
      disabled: mayOnlyLook(),
    });
    box.addEventListener(
      'change',
      () =>
        void reported(byId('faults-status'), async () => {
          // Meanwhile, news of the faults may move the switch.
          const wanted = box.checked;
          try {
            await send('PUT', 'api/faults', { name, on: wanted });
          } catch (error) {
            box.checked = !wanted;
            throw error;
          }
          return `“${title}” is ${wanted ? 'on' : 'off'}; it takes effect within 5 s.`;
        }),
    );
    return h('p', { class: 'group' }, box, h('label', { for: box.id }, title));
  }
}

/** Moves the switch of a fault that somebody else has switched. What the page has said about it no longer holds. */
function turn({ name, on }: Fault): void {
  const box = byId<HTMLInputElement>(`fault-${name}`);
  if (box.checked === on) return;
  box.checked = on;
  byId('faults-status').textContent = '';
}

interface Load {
  readonly perMinute: number;
}

const loadInWords = ({ perMinute }: Load): string =>
  perMinute === 0 ? 'none are played' : `${perMinute} a minute are played`;

/**
 * Returns the round that a failed request has made, if this round has a trace. The page shows that trace, because it
 * shows what failed. Without a trace, the error is thrown again.
 */
function lostRound(error: unknown): Round {
  if (error instanceof ApiError && typeof error.body === 'object' && error.body !== null && 'trace' in error.body)
    return error.body as Round;
  throw error;
}

/** Runs `work`, and shows its result or its error in `place`. */
async function reported(place: HTMLElement, work: () => Promise<string>): Promise<void> {
  try {
    place.textContent = await work();
  } catch (error) {
    place.textContent = messageOf(error);
  }
}
