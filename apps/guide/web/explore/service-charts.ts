// Turns the guide's figures of one service into three charts: requests, errors and latency.
import type { Charts, ServiceCharts } from '../../explore-contract.ts';
import { hueOf } from '../trace/hue.ts';
import type { ChartContent, Colour, Point } from './chart-content.ts';
import { failedHref } from './page.ts';
import { clock, withUnit } from './words.ts';

/** A request of a visitor times out after this many milliseconds. */
const TIMEOUT = 500;
/** The most points in a chart: as many as the guide keeps. */
const maxPoints = 120;

export type Times = Pick<Charts, 'times' | 'step'>;

export function chartsOf(
  charts: ServiceCharts,
  { times: ends, step, window }: Omit<Charts, 'services' | 'state'>,
): ChartContent[] {
  const { ended } = charts;
  const times = { times: ends, step };
  const contents = [requestsOf(charts, times), errorsOf(charts, times, window), latencyOf(charts, times)];
  if (ended === undefined) return contents;
  return contents.map((content) => ({ ...content, lines: content.lines.map((line) => ({ ...line, ended })) }));
}

function requestsOf({ service, requests }: ServiceCharts, times: Times): ChartContent {
  return {
    ...times,
    title: 'Requests a second',
    unit: '',
    shape: 'lines',
    lines: [{ label: 'requests', values: requests, colour: `hue-${hueOf(service)}` }],
    scale: 'linear',
    points: [],
  };
}

function errorsOf(charts: ServiceCharts, times: Times, window: number): ChartContent {
  const { service, counted } = charts;
  const lines = charts.errors
    .filter(({ values }) => values.some(Boolean))
    .map(({ status, values }) => ({ label: status, values, colour: colourOf(status) }));
  const failed = pointsOf(charts).filter(({ isError }) => isError);
  return {
    ...times,
    title: 'Errors a second, by status',
    unit: '',
    shape: 'bars',
    lines,
    scale: 'linear',
    hrefOf: ({ label: status }, until) => failedHref({ service, counted, status, from: until - window, until }),
    points: failed.map((point) => ({ ...point, value: errorsAt(charts, times, point.time) })),
  };
}

/** Returns the failed requests a second in the interval of a time: an error's point is at the top of its bar. */
function errorsAt({ errors }: ServiceCharts, { times, step }: Times, time: number): number {
  const at = times.findIndex((end) => time <= end && time > end - step);
  return errors.reduce((sum, { values }) => sum + (values[at] ?? 0), 0);
}

const dashes = { p50: [2, 3], p95: [7, 4], p99: [] } as const;

function latencyOf(charts: ServiceCharts, times: Times): ChartContent {
  const colour: Colour = `hue-${hueOf(charts.service)}`;
  return {
    ...times,
    title: 'Latency',
    unit: 'ms',
    shape: 'lines',
    lines: (['p99', 'p95', 'p50'] as const).map((name) => ({
      label: name,
      values: charts.latency[name],
      colour,
      dash: dashes[name],
    })),
    scale: 'log',
    mark: TIMEOUT,
    points: pointsOf(charts),
  };
}

/** The statuses with a colour of their own in tokens.css. */
const coloured = ['400', '401', '403', '404', '409', '422', '429', '500', '502', '503', '504', 'error'];

/**
 * Returns the colour of a status: see `failureIn`. It depends on the status only, so it is the same in every chart.
 * Rare statuses of one class share a colour.
 */
export const colourOf = (status: string): Colour =>
  `status-${coloured.includes(status) ? status : `${status.charAt(0)}xx`}`;

function pointsOf({ exemplars }: ServiceCharts): Point[] {
  return exemplars
    .slice(-maxPoints)
    .map(({ time, value, traceId, spanId, isError }) => ({
      time,
      value,
      traceId,
      spanId,
      isError,
      text: `${isError ? 'Error, ' : ''}${withUnit(value, 'ms')}, reported at ${clock(time)}`,
    }));
}
