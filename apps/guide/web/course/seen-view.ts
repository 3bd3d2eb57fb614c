// Shows which requirements of the open step the learner's own requests already show, while the telemetry arrives. That
// proves nothing: the words are “seen” here, and “verified” after a check.
import type { SeenRequirement, SeenStep, Step } from '../../contract.ts';
import { byId, fill, h } from '../dom.ts';

export class SeenView {
  readonly #place = byId<HTMLDetailsElement>('seen');
  readonly #summary = byId('seen-summary');
  readonly #list = byId('seen-list');
  /** The step that the page shows, and whether it is started and not yet verified. */
  #step = '';
  #isStarted = false;
  #seen: SeenStep | undefined;
  /** The version of the files in the lab when this was seen. */
  #version = '';

  /** Shows what is known of a step that the page has opened. */
  open({ id, state }: Step): void {
    [this.#step, this.#isStarted] = [id, state === 'started'];
    this.#draw();
  }

  /** @param version the version of the files in the lab */
  show(seen: SeenStep, version: string): void {
    [this.#seen, this.#version] = [seen, version];
    this.#draw();
  }

  /** Forgets what was seen, once the files of the lab are others. */
  update(version: string): void {
    if (this.#seen === undefined || version === this.#version || this.#version === '') return;
    this.#seen = undefined;
    this.#draw();
  }

  #draw(): void {
    const isAbout = this.#isStarted && this.#seen?.step === this.#step;
    const requirements = isAbout ? (this.#seen?.requirements ?? []) : [];
    this.#place.hidden = requirements.length === 0;
    const count = requirements.filter(({ seen }) => seen).length;
    const words = `Seen in your requests: ${count} of ${requirements.length}`;
    if (this.#summary.textContent !== words) this.#summary.textContent = words;
    this.#place.dataset.tone = count > 0 && count === requirements.length ? 'good' : 'quiet';
    fill(this.#list, requirements.map(row));
  }
}

const row = ({ text, seen }: SeenRequirement): HTMLElement =>
  h(
    'li',
    { class: seen ? 'requirement-met' : '' },
    h('span', { class: 'sign', 'aria-hidden': 'true' }, seen ? '✓' : '○'),
    h('span', {}, text, h('span', { class: seen ? 'sr' : 'soft' }, seen ? ', seen' : ', not seen yet')),
  );
