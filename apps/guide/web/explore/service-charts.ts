// Turns the guide's figures of one service into three charts: requests, errors and latency.
import { failureIn } from '../../../../otlp/failures.ts';
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
  const failed = charts.exemplars.filter(({ isError }) => isError).slice(-maxPoints);
  return {
    ...times,
    title: 'Errors a second, by status',
    unit: '',
    shape: 'bars',
    lines,
    scale: 'linear',
    hrefOf: ({ label: status }, until) => failedHref({ service, counted, status, from: until - window, until }),
    points: failed.map((exemplar) => ({ ...pointOf(exemplar), value: topOf(charts, times, exemplar) })),
  };
}

/**
 * Returns where the part of a bar ends that counts an error. Its point is there, so that points of different statuses
 * don't cover each other.
 */
function topOf({ errors }: ServiceCharts, { times, step }: Times, exemplar: RequestExemplar): number {
  const at = times.findIndex((end) => exemplar.time <= end && exemplar.time > end - step);
  const part = errors.findIndex(({ status }) => status === statusOf(exemplar));
  return errors.slice(0, part + 1 || errors.length).reduce((sum, { values }) => sum + (values[at] ?? 0), 0);
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
    ...(charts.measuredTo !== undefined && { measuredTo: charts.measuredTo }),
    points: charts.exemplars.slice(-maxPoints).map(pointOf),
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

type RequestExemplar = ServiceCharts['exemplars'][number];

/** Returns how an exemplar's request failed, as the bars name it. */
const statusOf = ({ attributes, isError }: RequestExemplar): string | undefined =>
  failureIn(attributes['http.response.status_code'], isError);

function pointOf(exemplar: RequestExemplar): Point {
  const { time, value, traceId, spanId, isError } = exemplar;
  const failure = isError ? `${failureInWords(statusOf(exemplar))}, ` : '';
  const text = `${failure}${withUnit(value, 'ms')}, reported at ${clock(time)}`;
  return { time, value, traceId, spanId, isError, text };
}

const failureInWords = (status = 'error'): string => (status === 'error' ? 'Error' : `Error ${status}`);
