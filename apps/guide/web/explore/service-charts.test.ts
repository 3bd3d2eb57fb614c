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

test('gives a status its colour whatever else failed, and common statuses different ones', () => {
  const common = ['400', '401', '403', '404', '409', '422', '429', '500', '502', '503', '504', 'error', '4xx', '5xx'];
  const tokens = readFileSync(join(import.meta.dirname, '..', 'style', 'tokens.css'), 'utf8');
  const colours = common.map((status) => new RegExp(`--${colourOf(status)}: (.*);`).exec(tokens)?.[1]);
  expect([colours.includes(undefined), new Set(colours).size]).toEqual([false, common.length]);
  expect([colourOf('418'), colourOf('511')]).toEqual(['status-4xx', 'status-5xx']);
});
