// One trace: its waterfall, and its log lines.
import type { TraceWithLogs } from '../../explore-contract.ts';
import { get, messageOf } from '../api.ts';
import { fill, h } from '../dom.ts';
import { waterfall } from '../trace/waterfall.ts';
import type { Part } from './page.ts';

export class TraceView implements Part {
  readonly #title = h('h2', { tabindex: '-1' }, 'One trace');
  readonly #status = h('p', { role: 'status' });
  readonly #place = h('div');

  constructor(place: HTMLElement) {
    fill(place, this.#title, this.#status, this.#place);
  }

  show(parameters: URLSearchParams): void {
    this.#title.focus();
    void this.#draw(parameters.get('trace') ?? '');
  }

  hide(): void {
    fill(this.#place);
  }

  async #draw(traceId: string): Promise<void> {
    try {
      const trace = await get<TraceWithLogs>(`/api/explore/traces/${traceId}`);
      fill(this.#place, waterfall(trace, new Set()));
    } catch (error) {
      fill(this.#status, messageOf(error));
    }
  }
}
