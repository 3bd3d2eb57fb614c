// Prints metrics, log records and charts in a terminal, as the page Explore shows them.
import { poll } from '../../../support/waiting.ts';
import { print } from '../../../support/output.ts';
import type { Charts, Instruments, Logs, SignalState } from '../explore-contract.ts';
import { lossAsText } from '../losses.ts';
import { printable } from './lines.ts';
import { request } from './request.ts';
import { chartLines, instrumentLines, recordLine } from './signal-lines.ts';

const WHY = 'Run node /app/why.js to test each hop.';

const patience = { within: 8_000, every: 500 }; // ms; metrics leave at intervals

/** Asks the guide until the answer has something, or time is up. */
async function withContent<T>(path: string, hasContent: (answer: T) => boolean): Promise<T> {
  const ask = async (): Promise<T | undefined> => {
    const answer = await request<T>(path);
    return hasContent(answer) ? answer : undefined;
  };
  return (await poll(ask, patience)) ?? request<T>(path);
}

/** Prints every instrument that the SDK of a service reports, with the newest value of each attribute set. */
export async function printMetrics(service: string): Promise<void> {
  const path = `/metrics?service=${encodeURIComponent(service)}`;
  const { instruments, state } = await withContent<Instruments>(path, ({ instruments: some }) => some.length > 0);
  if (instruments.length === 0) throw new Error(`expected metrics of ${service}, found none in 15 minutes. ${WHY}`);
  printAll(instruments.flatMap(instrumentLines));
  printDropped(state);
}

/** Prints the newest log records of a service, or all those of a trace. */
export async function printLogs(which: string): Promise<void> {
  const isTrace = /^[0-9a-f]{32}$/.test(which);
  const query = isTrace ? `traceId=${which}` : `service=${encodeURIComponent(which)}&limit=50`;
  const { records, state } = await withContent<Logs>(`/logs?${query}`, ({ records: some }) => some.length > 0);
  const whose = isTrace ? `trace ${which}` : which;
  if (records.length === 0) throw new Error(`expected log records of ${whose}, found none. ${WHY}`);
  printAll(records.map(recordLine));
  printDropped(state);
}

/** Prints requests, errors and latency of each service in the last minutes, and the exemplars of the slowest. */
export async function printCharts(): Promise<void> {
  const charts = await withContent<Charts>('/charts?minutes=2', ({ services }) => services.length > 0);
  if (charts.services.length === 0) throw new Error(`expected requests in the last two minutes, found none. ${WHY}`);
  print('Means of the last two minutes, and the slowest requests. Times are in UTC.');
  printAll(chartLines(charts));
  printDropped(charts.state);
}

/** Prints lines. Names and texts in them come from the learner's code. */
const printAll = (lines: readonly string[]): void => lines.forEach((line) => print(printable(line)));

const printDropped = ({ dropped }: SignalState): void => printAll(dropped.map((one) => `not kept: ${lossAsText(one)}`));
