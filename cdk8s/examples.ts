// Example values that change what the Collector does with telemetry. The chart's README shows them, and tests run them.
import { GUIDE_EXPORTER, JAEGER_EXPORTER } from '../lab/names.ts';
import type { SomeValues } from './render.ts';

export interface Example {
  readonly name: string;
  /** What the example does, as one sentence for the README. */
  readonly doc: string;
  readonly values: SomeValues;
}

export const examples: readonly Example[] = [
  {
    name: 'debug',
    doc: "Print every span to the Collector's log, and still send it to Jaeger.",
    values: {
      collector: {
        exporters: { debug: { verbosity: 'detailed' } },
        pipelines: { traces: { exporters: [JAEGER_EXPORTER, 'debug'] } },
      },
    },
  },
  {
    name: 'drop-attribute',
    doc: "Drop an attribute before it leaves the cluster: here the browser's name.",
    values: {
      collector: {
        processors: { 'attributes/drop': { actions: [{ key: 'user_agent.original', action: 'delete' }] } },
        pipelines: { traces: { processors: ['attributes/drop'] } },
      },
    },
  },
  {
    name: 'add-attribute',
    doc: 'Add an attribute to all telemetry.',
    values: {
      collector: {
        processors: {
          'resource/class': { attributes: [{ key: 'workshop.class', value: 'scale-20x', action: 'upsert' }] },
        },
        pipelines: {
          traces: { processors: ['resource/class'] },
          metrics: { processors: ['resource/class'] },
          logs: { processors: ['resource/class'] },
        },
      },
    },
  },
  {
    name: 'sample',
    doc: 'Keep a random quarter of the traces (head sampling).',
    values: {
      collector: {
        processors: { probabilistic_sampler: { sampling_percentage: 25 } },
        pipelines: { traces: { processors: ['probabilistic_sampler'] } },
      },
    },
  },
  {
    name: 'tail-sample',
    doc: 'Keep all traces that have an error or take longer than 300 ms, and a tenth of the rest (tail sampling).',
    values: {
      collector: {
        processors: {
          tail_sampling: {
            decision_wait: '2s',
            num_traces: 1000,
            policies: [
              { name: 'errors', type: 'status_code', status_code: { status_codes: ['ERROR'] } },
              { name: 'slow', type: 'latency', latency: { threshold_ms: 300 } },
              { name: 'some', type: 'probabilistic', probabilistic: { sampling_percentage: 10 } },
            ],
          },
        },
        pipelines: { traces: { processors: ['tail_sampling'] } },
      },
    },
  },
  {
    name: 'second-backend',
    doc:
      'Send traces and metrics to a second OTLP backend too. While that backend is unreachable, the Collector ' +
      'queues data for it. ' +
      'When the queue is full, the Collector drops the rest, and counts and logs the loss. Jaeger still gets ' +
      'everything.',
    values: {
      collector: {
        exporters: { 'otlp_http/second': { endpoint: 'http://otlp.example.com:4318' } },
        pipelines: {
          traces: { exporters: [JAEGER_EXPORTER, 'otlp_http/second'] },
          metrics: { exporters: [GUIDE_EXPORTER, 'otlp_http/second'] },
        },
      },
    },
  },
];
