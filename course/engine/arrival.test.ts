// Tests how long a check waits, by the settings of dice and the Collector's configuration.
import { arrivalOf } from './arrival.ts';

interface Case {
  readonly what: string;
  readonly settings: Record<string, string>;
  readonly yaml?: string;
  readonly flushes?: boolean;
  readonly within: number;
  readonly reason?: string;
}

/** Lists a processor for the traces, before the lab's own batch. */
const listing = (name: string): string =>
  `service: { pipelines: { traces: { processors: [memory_limiter, ${name}, batch] } } }\n`;

const lab = { OTEL_BSP_SCHEDULE_DELAY: '500' };

test.each<Case>([
  { what: "the lab's own settings", settings: lab, within: 700 },
  { what: "the SDK's default", settings: {}, yaml: '{}', within: 5_200, reason: 'every 5 s (OTEL_BSP_SCHEDULE_DELAY)' },
  {
    what: 'a slow batch processor',
    settings: lab,
    yaml: 'processors:\n  batch:\n    send_batch_size: 10\n    timeout: 10s\n',
    within: 10_500,
    reason: "the Collector's batch has timeout 10s",
  },
  {
    what: 'a batch processor on one line',
    settings: lab,
    yaml: 'processors: { batch: { timeout: 3s } }',
    within: 3_500,
    reason: 'timeout 3s',
  },
  {
    what: 'tail_sampling with its default wait',
    settings: lab,
    yaml: `processors:\n  tail_sampling: { policies: [{ type: always_sample }] }\n${listing('tail_sampling')}`,
    within: 30_700,
    reason: 'tail_sampling waits 30 s',
  },
  {
    what: 'tail_sampling with a wait of its own',
    settings: lab,
    yaml: `processors:\n  tail_sampling:\n    decision_wait: 2s\n${listing('tail_sampling')}`,
    within: 2_700,
    reason: 'tail_sampling waits 2 s',
  },
  {
    what: 'tail_sampling on one line',
    settings: lab,
    yaml: `processors: { tail_sampling: { decision_wait: 5s } }\n${listing('tail_sampling')}`,
    within: 5_700,
    reason: 'tail_sampling waits 5 s',
  },
  {
    what: 'tail_sampling that is defined, but not listed',
    settings: lab,
    yaml: 'processors: { tail_sampling: { decision_wait: 5s } }',
    within: 700,
  },
  {
    what: 'tail_sampling in the pipeline of logs only',
    settings: lab,
    yaml: listing('tail_sampling').replace('traces', 'logs'),
    within: 700,
  },
  {
    what: 'a second tail_sampling',
    settings: lab,
    yaml: `processors:\n  tail_sampling/errors: {decision_wait: 4s}\n${listing('tail_sampling/errors')}`,
    within: 4_700,
    reason: "the Collector's tail_sampling/errors waits 4 s",
  },
  {
    what: 'a batch processor in quotes',
    settings: lab,
    yaml: 'processors: {"batch": {"timeout": "10s"}}',
    within: 10_500,
    reason: 'timeout 10s',
  },
  {
    what: 'a batch processor in JSON',
    settings: lab,
    yaml: JSON.stringify({ processors: { batch: { timeout: '10s' } } }, null, 2),
    within: 10_500,
    reason: 'timeout 10s',
  },
  {
    what: 'a batch processor with a comment below it',
    settings: lab,
    yaml: 'processors:\n  batch:\n    # slow: is seen\n    timeout: 10s\n',
    within: 10_500,
    reason: 'timeout 10s',
  },
  {
    what: 'a timeout that is commented out',
    settings: lab,
    yaml: 'processors:\n  batch:\n    # timeout: 10s\n    send_batch_size: 1\n',
    within: 700,
  },
  {
    what: 'a duration of two units',
    settings: lab,
    yaml: 'processors: { batch: { timeout: 1m30s } }',
    within: 40_000,
    reason: 'timeout 90s',
  },
  {
    what: 'two batch processors',
    settings: lab,
    yaml: `processors: { batch/slow: { timeout: 3s } }\n${listing('batch/slow')}`,
    within: 3_700,
    reason: "the Collector's batch/slow has timeout 3s",
  },
  { what: 'a text that is not YAML', settings: lab, yaml: 'processors: [', within: 700 },
  {
    what: 'a delay of an hour, of which a check waits only a part',
    settings: { OTEL_BSP_SCHEDULE_DELAY: '3600000' },
    within: 40_000,
    reason: '3600 s',
  },
  {
    what: 'log records that leave later than spans',
    settings: { ...lab, OTEL_BLRP_SCHEDULE_DELAY: '3000' },
    within: 3_200,
    reason: 'log records leave dice every 3 s (OTEL_BLRP_SCHEDULE_DELAY)',
  },
  { what: 'a dice that flushes when a check asks', settings: {}, flushes: true, within: 700 },
  {
    what: 'a slow batch processor behind a dice that flushes',
    settings: { OTEL_BSP_SCHEDULE_DELAY: '60000' },
    yaml: 'processors: { batch: { timeout: 10s } }',
    flushes: true,
    within: 10_500,
    reason: "the Collector's batch has timeout 10s",
  },
])('knows the delay of $what', ({ settings, yaml = '', flushes, within, reason }) => {
  const arrival = arrivalOf(settings, yaml, flushes);
  expect(arrival.within).toBe(within);
  expect(arrival.reason).toEqual(reason === undefined ? '' : (expect.stringContaining(reason) as string));
});
