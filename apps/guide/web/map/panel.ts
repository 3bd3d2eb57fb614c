// The map of the lab: who calls whom, and how spans come to Jaeger. Those of the newest request move along it. Where
// they stop, it is red, with what “Why no telemetry?” says about it.
import { get } from '../api.ts';
import type { PipelineHop } from '../../contract.ts';
import { byId, fill, h, svg } from '../dom.ts';
import { hueOf } from '../trace/hue.ts';
import { mapOf, PLACES, WAYS } from './flow.ts';
import type { Flow, MapState, Place, Way } from './flow.ts';

/** The middle of each place, on a drawing of 436 × 84. */
const AT: Readonly<Record<Place, readonly [x: number, y: number]>> = {
  visitors: [36, 16],
  guide: [36, 66],
  arcade: [128, 16],
  dice: [216, 66],
  prizes: [216, 16],
  collector: [312, 41],
  jaeger: [396, 41],
};
const WIDTH = 72;
const HEIGHT = 26;

const labels: Readonly<Partial<Record<Place, string>>> = { guide: 'you', collector: 'Collector', jaeger: 'Jaeger' };

export class MapPanel {
  readonly #places = new Map(PLACES.map((place) => [place, placeOf(place)]));
  readonly #ways = new Map(WAYS.map((way) => [way, lineOf(way)]));
  readonly #words = byId('map-words');
  /** Number of the newest flow. What “Why no telemetry?” says of an earlier one comes too late. */
  #turn = 0;

  constructor() {
    const attributes = { viewBox: '0 0 436 84', 'aria-hidden': 'true' };
    byId('map-drawing').append(svg('svg', attributes, ...this.#ways.values(), ...this.#places.values()));
  }

  /** Shows what has become of the spans of the newest request. */
  async show(flow: Flow): Promise<void> {
    const turn = ++this.#turn;
    if (flow.kind !== 'stopped') return this.#draw(mapOf(flow), flow.kind === 'waiting');
    const { hops } = await get<{ hops: PipelineHop[] }>('api/why').catch(() => ({ hops: [] }));
    if (turn !== this.#turn) return;
    this.#draw(
      mapOf(
        flow,
        hops.filter(({ signal }) => signal === 'traces'),
      ),
    );
  }

  #draw({ taken, broken, words, todo }: MapState, isBusy = false): void {
    for (const [way, line] of this.#ways) line.classList.toggle('taken', taken.has(way));
    for (const [place, node] of this.#places) node.classList.toggle('broken', place === broken);
    if (broken !== undefined) byId<HTMLDetailsElement>('map').open = true;
    this.#words.dataset.tone = broken === undefined ? (isBusy ? 'busy' : 'quiet') : 'bad';
    const more = broken !== undefined && [` ${todo ?? ''} `, h('a', { href: 'why' }, 'Test each hop')];
    fill(this.#words, words, more);
  }
}

function placeOf(place: Place): SVGGElement {
  const [x, y] = AT[place];
  return svg(
    'g',
    { class: `place hue-${hueOf(place)}${place === 'collector' || place === 'jaeger' ? ' backend' : ''}` },
    svg('rect', { x: x - WIDTH / 2, y: y - HEIGHT / 2, width: WIDTH, height: HEIGHT, rx: 5 }),
    svg('text', { x, y: y + 4.5, 'text-anchor': 'middle' }, labels[place] ?? place),
  );
}

function lineOf(way: Way): SVGLineElement {
  const [from, to] = way.split('-') as [Place, Place];
  const [[x1, y1], [x2, y2]] = [AT[from], AT[to]];
  return svg('line', { class: to === 'collector' || to === 'jaeger' ? 'way telemetry' : 'way', x1, y1, x2, y2 });
}
