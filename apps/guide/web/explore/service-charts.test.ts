import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceCharts } from '../../explore-contract.ts';
import { chartsOf, colourOf } from './service-charts.ts';

const charts = (errors: ServiceCharts['errors']): ServiceCharts => ({
  service: 'prizes',
  counted: 'server',
  requests: [1, 1],
  errors,
  latency: { p50: [1, 1], p95: [1, 1], p99: [1, 1] },
  exemplars: [],
});

const errorLines = (errors: ServiceCharts['errors']) =>
  chartsOf(charts(errors), { times: [1_000, 2_000], step: 1_000, window: 2_000 })[1]?.lines ?? [];

test('leaves out a status that no request had in the whole time', () => {
  const lines = errorLines([
    { status: '400', values: [0, 0] },
    { status: '404', values: [null, null] },
    { status: '500', values: [0, 0.2] },
  ]);
  expect(lines.map(({ label }) => label)).toEqual(['500']);
});

test('says the status of a failed exemplar, and puts its point at the top of the part of its bar', () => {
  const exemplar = (status: string, isError = true) => ({
    ...{ time: 1_500, value: 2, traceId: 'a', spanId: status, isError },
    attributes: { 'http.response.status_code': status },
  });
  const exemplars = ['400', '500', ''].map((status) => exemplar(status)).concat(exemplar('200', false));
  const errors = ['400', '500', 'error'].map((status, at) => ({ status, values: [0, at + 1] }));
  const times = { times: [1_000, 2_000], step: 1_000, window: 2_000 };
  const [, bars, latency] = chartsOf({ ...charts(errors), exemplars }, times);
  const words = (points = latency?.points) => points?.map(({ text, value }) => [text.split(', reported')[0], value]);
  expect(words(bars?.points)).toEqual([
    ['Error 400, 2 ms', 1],
    ['Error 500, 2 ms', 3],
    ['Error, 2 ms', 6],
  ]);
  expect(words()?.at(-1)).toEqual(['2 ms', 2]);
});

test('gives a status its colour whatever else failed, and common statuses different ones', () => {
  const common = ['400', '401', '403', '404', '409', '422', '429', '500', '502', '503', '504', 'error', '4xx', '5xx'];
  const tokens = readFileSync(join(import.meta.dirname, '..', 'style', 'tokens.css'), 'utf8');
  const colours = common.map((status) => new RegExp(`--${colourOf(status)}: (.*);`).exec(tokens)?.[1]);
  expect([colours.includes(undefined), new Set(colours).size]).toEqual([false, common.length]);
  expect([colourOf('418'), colourOf('511')]).toEqual(['status-4xx', 'status-5xx']);
});
