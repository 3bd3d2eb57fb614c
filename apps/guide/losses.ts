// Says in words what was lost on its way from dice to the pages, where, and what to do about it. The diagnosis, the
// page Explore and the command line use the same words.
import { COLLECTOR_QUEUE } from '../../lab/limits.ts';
import { RED_METRICS } from '../../lab/names.ts';
import type { TelemetrySignal } from './contract.ts';
import type { Dropped } from './explore-contract.ts';

export interface LossInWords {
  /** What was lost and why, as a sentence without a full stop. */
  readonly says: string;
  readonly todo?: string;
}

/** Returns the words for a loss. */
export const lossInWords = (dropped: Dropped): LossInWords => BY_HOP[dropped.hop](dropped);

/** Returns a loss as a text of one or two sentences. */
export function lossAsText(dropped: Dropped): string {
  const { says, todo } = lossInWords(dropped);
  return todo === undefined ? `${says}.` : `${says}. ${todo}`;
}

const counted = (count: number, noun: string): string =>
  `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;

/** What one piece of a signal is called, and what stands before another noun. */
const NOUNS: Readonly<Record<TelemetrySignal, string>> = {
  traces: 'span',
  metrics: 'metric point',
  logs: 'log record',
};
const KINDS: Readonly<Record<TelemetrySignal, string>> = { traces: 'trace', metrics: 'metric', logs: 'log' };

const itemsOf = ({ signal, count }: Dropped): string => counted(count, NOUNS[signal]);
const requestsOf = ({ signal, count, items }: Dropped): string =>
  `${counted(count, `${KINDS[signal]} request`)}${items ? ` with ${counted(items, NOUNS[signal])} in all` : ''}`;

const CUT =
  'Cut long texts, as in text.slice(0, 1000). ' +
  'For texts in attributes you can set OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT=1000 in settings.env. Then Run.';

/** What to do about telemetry that is too large. */
const SHORTER: Readonly<Record<TelemetrySignal, string>> = {
  traces: CUT,
  metrics: 'Leave long texts out of the attributes of instruments, then Run. Until then, each export sends them again.',
  logs: CUT,
};

/** What to do about telemetry that is too much. */
const FEWER: Readonly<Record<TelemetrySignal, string>> = {
  traces: 'Start fewer spans, and none in a loop that runs thousands of times. Then Run.',
  metrics: 'Leave out attributes with many values, such as an id. Then Run.',
  logs: 'Log less, and not in a loop that runs thousands of times. Then Run.',
};

/** An error that says that a request was too large. */
const TOO_LARGE = /HTTP status (code )?413|too large|larger than max|RESOURCE_EXHAUSTED/i;

const BY_HOP: Readonly<Record<Dropped['hop'], (dropped: Dropped) => LossInWords>> = {
  sdk: (dropped) => ({
    says: `dice has dropped ${itemsOf(dropped)}, because they came faster than the SDK sends them: its queue was full`,
    todo: FEWER[dropped.signal],
  }),
  exporter: (dropped) => {
    const { signal, example = 'the export failed' } = dropped;
    const todo = TOO_LARGE.test(example) ? SHORTER[signal] : 'See the Collector: is it there, and does it take them?';
    return { says: `dice could not send ${itemsOf(dropped)}: ${example}`, todo };
  },
  collector: (dropped) => {
    const { signal, reason } = dropped;
    if (reason === 'refused') return { says: collectorSays(dropped), todo: 'See the hops behind the Collector.' };
    return { says: collectorSays(dropped), todo: reason === 'size' ? SHORTER[signal] : FEWER[signal] };
  },
  guide: (dropped) => {
    const { example } = dropped;
    const { says, todo } = guideSays(dropped);
    return {
      says: example === undefined ? says : `${says}. An example: ${example}`,
      ...(todo !== undefined && { todo }),
    };
  },
};

function collectorSays(dropped: Dropped): string {
  const { reason, to = 'where they go', example } = dropped;
  if (reason === 'refused')
    return `The Collector could not send ${itemsOf(dropped)} to ${to}${example === undefined ? '' : `: ${example}`}`;
  const room = `${COLLECTOR_QUEUE / 2 ** 20} MiB`;
  const why =
    reason === 'size'
      ? `because the batch that they came in has more than ${room}, the most that it holds for ${to}`
      : `because its queue for ${to}, which holds ${room}, had no room for them`;
  return `The Collector has dropped ${itemsOf(dropped)}, ${why}`;
}

const took = (items: string): string => `Newer records took the place of ${items}`;

/** Says what is too old for the guide. It keeps the metrics of some minutes, and the newest log records. */
const AGED: Readonly<Record<TelemetrySignal, (items: string) => string>> = {
  traces: took,
  metrics: (items) => `The guide left out ${items} of more than 15 minutes ago`,
  logs: took,
};

/** Whether the Collector has made the series from spans. It makes many only for many services. */
const isOfSpans = ({ example = '' }: Dropped): boolean =>
  Object.values(RED_METRICS).some((name) => example.startsWith(`${name} of `));

const fewerSeries = (dropped: Dropped): string =>
  isOfSpans(dropped) ? 'Use few values of service.name. Then Run.' : FEWER.metrics;

function guideSays(dropped: Dropped): LossInWords {
  const { signal, reason } = dropped;
  switch (reason) {
    case 'series':
      return {
        says: `The guide dropped ${itemsOf(dropped)} of new series, because it has no room for another series`,
        todo: fewerSeries(dropped),
      };
    case 'size':
      return { says: `The guide refused ${requestsOf(dropped)}, because they are too large`, todo: SHORTER[signal] };
    case 'cut':
      return {
        says: `The guide kept only the beginning of ${counted(dropped.count, 'text')}, or no attributes`,
        todo: SHORTER[signal],
      };
    case 'age':
      return { says: AGED[signal](itemsOf(dropped)) };
    case 'number':
      return {
        says: `The guide left out ${itemsOf(dropped)} whose value is NaN or Infinity`,
        todo: 'Record only finite numbers: a division by 0 makes such a value. Then Run.',
      };
    case 'busy':
      return {
        says: `The guide refused ${requestsOf(dropped)}, because it was reading others. The Collector sends them again`,
      };
    case 'format':
    case 'full':
    case 'refused':
      return {
        says: `The guide refused ${requestsOf(dropped)}, which it can't read`,
        todo: 'Take your settings of otlp_http/guide out of collector.yaml, then Run.',
      };
  }
}
