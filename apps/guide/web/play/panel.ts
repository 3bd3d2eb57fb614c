// Something to ask: a round of the game, or dice itself; how many rounds are played besides; and the faults to look for.
import { ApiError, get, messageOf, send } from '../api.ts';
import type { Fault, Round, Visit } from '../../contract.ts';
import { byId, fill, h, whenPressed } from '../dom.ts';
import type { Store } from '../store.ts';
import { isOfAnotherPod } from '../trace/panel.ts';
import type { TracePanel } from '../trace/panel.ts';
import { roundInWords, visitInWords } from './words.ts';

/** How long the pod before a new one may still be asked: it serves on for two seconds. */
const patience = 10_000; // ms

export class PlayPanel {
  readonly #trace: TracePanel;
  readonly #store: Store;
  readonly #answer = byId('answer');
  /** What dice was asked last, and is asked when a Run is up. */
  #last: string;

  /** Another question ends the wait for the one before. */
  #turn = 0;
  readonly #newest: () => string | undefined;

  /** @param newest which pod of dice is the newest, once it serves */
  constructor(store: Store, trace: TracePanel, newest: () => string | undefined) {
    this.#newest = newest;
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

  /** Whatever is not on a button. */
  #takeOtherPaths(): void {
    const input = byId<HTMLInputElement>('path');
    if (![...document.querySelectorAll<HTMLElement>('[data-ask]')].some(({ dataset }) => dataset.ask === this.#last))
      input.value = this.#last;
    byId('other-path').addEventListener('submit', (event) => {
      event.preventDefault();
      const { pathname, search } = new URL(input.value.trim().replace(/^\/*/, '/'), location.origin);
      void this.ask(pathname + search);
    });
  }

  start(): void {
    void this.#startLoad();
    void this.#startFaults();
  }

  async play(): Promise<void> {
    this.#turn += 1;
    const traceId = await this.#answered('Playing…', async () => {
      const round = await send<Round>('POST', '/api/rounds').catch(lostRound);
      return { text: roundInWords(round), trace: round.trace };
    });
    if (traceId) void this.#trace.show({ traceId });
  }

  async ask(path: string): Promise<void> {
    this.#last = path;
    this.#store.set('ask', path);
    byId('ask-again').textContent = path;
    return this.#askNewest(path);
  }

  /** After a Run: the learner wants to see what their code sends now. */
  async askAgain(): Promise<void> {
    if (byId<HTMLInputElement>('ask-after-run').checked) await this.#askNewest(this.#last);
  }

  /** Resolves when dice has answered: it can be asked again while the trace is waited for, which may never come. */
  async #askNewest(path: string): Promise<void> {
    const turn = ++this.#turn;
    const traceId = await this.#visited(path);
    void this.#showNewest(path, traceId, turn);
  }

  /** For a moment after a Run the pod before the new one may still answer; then dice is asked again. */
  async #showNewest(path: string, first: string | undefined, turn: number): Promise<void> {
    let traceId = first;
    for (const end = performance.now() + patience; traceId !== undefined && turn === this.#turn;) {
      const pod = this.#newest();
      const wanted = { traceId, service: 'dice', ...(pod === undefined ? {} : { pod }) };
      const trace = await this.#trace.show(wanted);
      if (!trace || !isOfAnotherPod(trace, wanted) || performance.now() > end || turn !== this.#turn) return;
      traceId = await this.#visited(path);
    }
  }

  #visited(path: string): Promise<string | undefined> {
    return this.#answered(`Asking dice for ${path}…`, async () => {
      const visit = await send<Visit>('POST', '/api/visit', { path });
      return { text: visitInWords(path, visit), trace: visit.trace };
    });
  }

  /** Says what came of it. @returns the id of its trace */
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

  async #startLoad(): Promise<void> {
    const input = byId<HTMLInputElement>('per-minute');
    const status = byId('load-status');
    byId('load').addEventListener('submit', (event) => {
      event.preventDefault();
      void reported(status, async () => {
        const { perMinute } = await send<{ perMinute: number }>('PUT', '/api/load', { perMinute: input.valueAsNumber });
        return perMinute === 0 ? 'none are played' : `${perMinute} a minute are played`;
      });
    });
    await reported(status, async () => {
      input.value = String((await get<{ perMinute: number }>('/api/load')).perMinute);
      return '';
    });
  }

  async #startFaults(): Promise<void> {
    const { faults } = await get<{ faults: Fault[] }>('/api/faults').catch(() => ({ faults: [] }));
    byId('faults-part').hidden = faults.length === 0;
    fill(
      byId('faults'),
      faults.map((fault) => this.#faultSwitch(fault)),
    );
  }

  #faultSwitch({ name, title, on }: Fault): HTMLElement {
    const box = h('input', { type: 'checkbox', role: 'switch', id: `fault-${name}`, checked: on });
    box.addEventListener(
      'change',
      () =>
        void reported(byId('faults-status'), async () => {
          try {
            await send('PUT', '/api/faults', { name, on: box.checked });
          } catch (error) {
            box.checked = !box.checked;
            throw error;
          }
          return `“${title}” is ${box.checked ? 'on' : 'off'}; it takes up to 5 s to be felt.`;
        }),
    );
    return h('p', { class: 'group' }, box, h('label', { for: box.id }, title));
  }
}

/** A round beyond its budget, or that a part failed in, is no failure of the page: its trace is what to look at. */
function lostRound(error: unknown): Round {
  if (error instanceof ApiError && typeof error.body === 'object' && error.body !== null && 'trace' in error.body)
    return error.body as Round;
  throw error;
}

/** Says how `work` went. */
async function reported(place: HTMLElement, work: () => Promise<string>): Promise<void> {
  try {
    place.textContent = await work();
  } catch (error) {
    place.textContent = messageOf(error);
  }
}
