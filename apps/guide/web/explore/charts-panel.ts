// The part "Charts": requests, errors and latency of each service over the last 15 minutes.
import { MOST_LEFT_OUT } from '../../explore-contract.ts';
import type { Charts, ServiceCharts } from '../../explore-contract.ts';
import { get } from '../api.ts';
import { fill, h } from '../dom.ts';
import type { Store } from '../store.ts';
import { hueOf } from '../trace/hue.ts';
import { Chart } from './chart.ts';
import type { Part } from './page.ts';
import { Poll } from './poll.ts';
import { chartsOf } from './service-charts.ts';
import { StateNote } from './state-note.ts';
import { clock, counted } from './words.ts';

/**
 * The SDK and the Collector take up to six seconds, and a fault must be visible within ten. So the page asks more often
 * than the Collector sends.
 */
const every = 2_500; // ms
/** The Collector sends the figures every 5 s. After this many milliseconds without any, something is wrong. */
const quiet = 30_000;

/** The charts of a service. */
interface Row {
  readonly element: HTMLElement;
  readonly note: HTMLElement;
  readonly charts: readonly Chart[];
}

export class ChartsPanel implements Part {
  readonly #note = new StateNote({ part: 'charts', quiet });
  readonly #choice = h('fieldset', { class: 'choice', hidden: true }, h('legend', {}, 'Services'));
  /** Says that the guide has no charts of some services. */
  readonly #leftOut = h('p', { class: 'soft', role: 'status' });
  readonly #boxes = new Map<string, HTMLInputElement>();
  readonly #place = h('div', { class: 'services' });
  readonly #rows = new Map<string, Row>();
  readonly #poll = new Poll(() => this.#ask(), every);
  readonly #store: Store;
  #charts: Charts | undefined;

  constructor(place: HTMLElement, store: Store) {
    this.#store = store;
    fill(
      place,
      h('h2', { class: 'sr' }, 'Charts'),
      this.#note.element,
      this.#choice,
      this.#leftOut,
      h(
        'p',
        { class: 'soft about' },
        'The last 15 minutes. A value is about the 30 seconds before it. A request is a span of kind server. ' +
          'It failed if its HTTP status is 400 or more, or if its own status is ERROR. ' +
          'A point is an exemplar: one of these spans, whose trace you can open. A diamond is a failed one. ' +
          'Click the part of an error bar with a status to see what the traces of these spans share. ' +
          'The scale of latency is logarithmic: each line is ten times the one below it.',
      ),
      this.#place,
    );
  }

  show(): void {
    this.#poll.start();
  }

  hide(): void {
    this.#poll.stop();
  }

  async #ask(): Promise<void> {
    try {
      this.#charts = await get<Charts>('api/charts?minutes=15');
      this.#note.show(this.#charts.state, endInWords(this.#charts));
      this.#draw(this.#charts);
    } catch (error) {
      this.#note.showError(error);
    }
  }

  #draw(charts: Charts): void {
    const hidden = new Set(this.#store.get<string[]>('hidden-services') ?? []);
    for (const { service } of charts.services) this.#offer(service, !hidden.has(service));
    this.#choice.hidden = charts.services.length < 2;
    const left = leftOutInWords(charts);
    if (this.#leftOut.textContent !== left) this.#leftOut.textContent = left;
    const shown = charts.services.filter(({ service }) => !hidden.has(service));
    const rows = shown.map((service) => this.#rowOf(service, charts));
    const elements = rows.map(({ element }) => element);
    if (
      elements.some((element, at) => this.#place.children[at] !== element) ||
      elements.length !== this.#place.children.length
    )
      fill(this.#place, elements);
  }

  /** Draws the charts of a service, new ones if it has none. */
  #rowOf(service: ServiceCharts, charts: Charts): Row {
    const row = this.#rows.get(service.service) ?? newRow(service.service);
    this.#rows.set(service.service, row);
    fill(row.note, countedInWords(service));
    chartsOf(service, charts).forEach((content, at) => row.charts[at]?.show(content));
    return row;
  }

  /** Adds a checkbox that shows or hides a service. */
  #offer(service: string, isShown: boolean): void {
    if (this.#boxes.has(service)) return;
    const box = h('input', {
      type: 'checkbox',
      id: `service-${service}`,
      checked: isShown,
      onchange: () => this.#choose(),
    });
    this.#boxes.set(service, box);
    this.#choice.append(h('span', { class: `group hue-${hueOf(service)}` }, box, h('label', { for: box.id }, service)));
  }

  #choose(): void {
    const hidden = [...this.#boxes].filter(([, box]) => !box.checked).map(([service]) => service);
    this.#store.set('hidden-services', hidden);
    if (this.#charts) this.#draw(this.#charts);
  }
}

/** Says that the charts of dice have ended, if they have. Other services change only with the whole lab. */
function endInWords({ services }: Charts): string | undefined {
  const ended = services.find(({ service }) => service === 'dice')?.ended;
  return ended === undefined ? undefined : `The charts of dice end: its last spans were reported at ${clock(ended)}.`;
}

/** Says how many services have no charts. Empty if all have. */
function leftOutInWords({ leftOut }: Charts): string {
  if (leftOut === undefined) return '';
  const services =
    leftOut === MOST_LEFT_OUT
      ? `${leftOut} or more services have`
      : `${counted(leftOut, 'service')} ${leftOut === 1 ? 'has' : 'have'}`;
  return `${services} no charts, because the guide has no room for so many: use few values of service.name.`;
}

/** Says which spans the charts count, and since when there are none. */
function countedInWords({ counted: kind, ended }: ServiceCharts): string {
  const spans = kind === 'internal' ? 'Internal spans, because there were no server spans of late' : 'Server spans';
  return ended === undefined ? `${spans}.` : `${spans}. The last of them were reported at ${clock(ended)}.`;
}

function newRow(service: string): Row {
  const charts = [0, 1, 2].map(() => new Chart(service));
  const note = h('span', { class: 'soft' });
  const element = h(
    'section',
    { class: `service-charts hue-${hueOf(service)}`, 'aria-label': service },
    h('h3', {}, h('span', { class: 'service' }, service), ' ', note),
    h(
      'div',
      { class: 'charts' },
      charts.map((chart) => chart.element),
    ),
  );
  return { element, note, charts };
}
