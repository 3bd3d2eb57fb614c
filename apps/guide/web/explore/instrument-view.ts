// An instrument: its charts, the buckets of a histogram, and its newest export as OTLP JSON.
import type { Instrument, InstrumentKind, InstrumentSeries } from '../../explore-contract.ts';
import { get, messageOf } from '../api.ts';
import { copyButton } from '../copy.ts';
import { fill, h, svg } from '../dom.ts';
import { Chart } from './chart.ts';
import { newest } from './chart-content.ts';
import {
  bucketsOf,
  contentsOf,
  labelsFor,
  maxLines,
  percentileOf,
  seriesName,
  sharedAttributes,
} from './instrument-content.ts';
import type { Bucket } from './instrument-content.ts';
import type { Times } from './service-charts.ts';
import { clock, counted, number, withUnit } from './words.ts';

/** The most series whose buckets are drawn. */
const maxHistograms = 6;
/** The most characters of OTLP JSON that the page shows. */
const maxJson = 200_000;

export class InstrumentView {
  readonly element: HTMLElement;
  readonly #about = h('p', { class: 'soft' });
  readonly #note = h('p', { class: 'soft' });
  readonly #buckets = h('div', { class: 'histograms' });
  readonly #charts: readonly Chart[];

  constructor(instrument: Instrument, times: Times) {
    const { name, service } = instrument;
    this.#charts = contentsOf(instrument, times).map(() => new Chart(name));
    this.element = h(
      'section',
      { class: 'instrument', 'aria-label': name },
      h('h3', {}, h('code', {}, name)),
      this.#about,
      h(
        'div',
        { class: 'charts' },
        this.#charts.map(({ element }) => element),
        this.#buckets,
      ),
      this.#note,
      otlpOf(service, name),
    );
    this.show(instrument, times);
  }

  show(instrument: Instrument, times: Times): void {
    const { kind, unit, series } = instrument;
    fill(this.#about, aboutOf(instrument));
    contentsOf(instrument, times).forEach((content, at) => this.#charts[at]?.show(content));
    const more = series.length - maxLines;
    fill(this.#note, more > 0 && `The charts draw ${maxLines} of its ${number(series.length)} series.`);
    const figure = figures[kind];
    if (figure)
      fill(
        this.#buckets,
        series.slice(0, maxHistograms).map((one) => figure(one, labelsFor(series)(one), unit)),
      );
  }
}

function aboutOf({ kind, unit, description, scope, series }: Instrument): string {
  const article = kind === 'up-down counter' ? 'An' : 'A';
  const text = description.replace(/([^.!?])$/, '$1.');
  const shared = sharedAttributes(series);
  const all = Object.keys(shared).length > 0 ? ` All its series have ${seriesName(shared)}.` : '';
  return `${text} ${article} ${kind} of the meter ${scope || 'without a name'}, ${unitText(unit)}.${all}`.trim();
}

const unitText = (unit: string): string => (unit === '' ? 'without a unit' : `in ${unit}`);

function histogramOf(series: InstrumentSeries, name: string, unit: string): HTMLElement {
  const buckets = bucketsOf(series, unit);
  const most = Math.max(1, ...buckets.map(({ count }) => count));
  return h(
    'figure',
    { class: 'chart histogram' },
    h('figcaption', {}, h('h4', {}, `Buckets: ${name}`), h('p', { class: 'soft' }, inWords(series, unit))),
    h(
      'table',
      {},
      h(
        'thead',
        {},
        h('tr', {}, h('th', { scope: 'col' }, 'Bucket'), h('th', { scope: 'col' }, 'Values'), h('td', {})),
      ),
      h(
        'tbody',
        {},
        buckets.map((bucket) => bucketRow(bucket, most)),
      ),
    ),
  );
}

function bucketRow({ label, count }: Bucket, most: number): HTMLElement {
  const bar = svg('rect', { width: ((count / most) * 100).toFixed(1), height: 10 });
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, label),
    h('td', {}, number(count)),
    h(
      'td',
      {},
      svg('svg', { class: 'bar', viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true' }, bar),
    ),
  );
}

/** Shows the quantiles that a process has computed of its values. */
const quantilesOf = (series: InstrumentSeries, name: string, unit: string): HTMLElement =>
  h(
    'figure',
    { class: 'chart histogram' },
    h('figcaption', {}, h('h4', {}, `Quantiles: ${name}`), h('p', { class: 'soft' }, inWords(series, unit))),
    h(
      'table',
      {},
      h(
        'thead',
        {},
        h('tr', {}, h('th', { scope: 'col' }, 'Share of the values'), h('th', { scope: 'col' }, 'At most')),
      ),
      h(
        'tbody',
        {},
        (series.quantiles ?? []).map(({ quantile, value }) =>
          h('tr', {}, h('th', { scope: 'row' }, `${number(quantile * 100)} %`), h('td', {}, withUnit(value, unit))),
        ),
      ),
    ),
  );

/** What stands beside the charts of an instrument. */
const figures: Partial<Record<InstrumentKind, typeof histogramOf>> = { histogram: histogramOf, summary: quantilesOf };

/** Says how many values a histogram has, their mean, and its percentiles. */
function inWords(series: InstrumentSeries, unit: string): string {
  const [count, sum] = [newest(series.values) ?? 0, newest(series.sums ?? [])];
  const { ended, bounds = [], range } = series;
  const isLeast = (value: number): boolean => range === undefined && value === bounds.at(-1);
  const percentiles = [0.5, 0.95].map((part) => [part, percentileOf(series, part)] as const);
  return [
    counted(count, 'value'),
    ...(sum === undefined || count === 0 ? [] : [`mean ${withUnit(sum / count, unit)}`]),
    ...percentiles.flatMap(([part, value]) =>
      value === undefined ? [] : [`p${part * 100} ${isLeast(value) ? 'at least' : 'about'} ${withUnit(value, unit)}`],
    ),
    ...(ended === undefined ? [] : [`last reported at ${clock(ended)}`]),
  ].join(', ');
}

/** Shows the newest export of the instrument. It is read each time when the reader opens it. */
function otlpOf(service: string, name: string): HTMLElement {
  const pre = h('pre', { tabindex: '0', role: 'group', 'aria-label': `${name} as OTLP JSON` });
  const details = h(
    'details',
    { class: 'json', ontoggle: () => details.open && void readOtlp(service, name, pre) },
    h('summary', {}, 'As OTLP JSON'),
    copyButton(() => pre.textContent, `the OTLP JSON of ${name}`),
    pre,
  );
  return details;
}

async function readOtlp(service: string, name: string, place: HTMLElement): Promise<void> {
  try {
    const query = new URLSearchParams({ service, name });
    const text = JSON.stringify(await get(`api/metrics/otlp?${query.toString()}`), null, 2);
    place.textContent =
      text.length > maxJson ? `${text.slice(0, maxJson)}\n… (${number(text.length - maxJson)} more characters)` : text;
  } catch (error) {
    place.textContent = messageOf(error);
  }
}
