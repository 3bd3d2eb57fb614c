// What can be done to telemetry in the Collector by values alone. The chart's README shows these, and tests run them.
import type { SomeValues } from './render.ts';

export interface Example {
  readonly name: string;
  /** What it is for, in a sentence. */
  readonly doc: string;
  readonly values: SomeValues;
}

export const examples: readonly Example[] = [
  {
    name: 'debug',
    doc: "Print every span to the Collector's log, and send them to Jaeger still.",
    values: {
      collector: {
        exporters: { debug: { verbosity: 'detailed' } },
        pipelines: { traces: { exporters: ['otlphttp/jaeger', 'debug'] } },
      },
    },
  },
  {
    name: 'drop-attribute',
    doc: "Drop an attribute, here the browser's name, before it leaves the cluster.",
    values: {
      collector: {
        processors: { 'attributes/drop': { actions: [{ key: 'user_agent.original', action: 'delete' }] } },
        pipelines: { traces: { processors: ['attributes/drop'] } },
      },
    },
  },
  {
    name: 'add-attribute',
    doc: 'Add an attribute to everything that passes.',
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
    doc: 'Keep a quarter of the traces, whichever they are (head sampling).',
    values: {
      collector: {
        processors: { probabilistic_sampler: { sampling_percentage: 25 } },
        pipelines: { traces: { processors: ['probabilistic_sampler'] } },
      },
    },
  },
  {
    name: 'tail-sample',
    doc: 'Keep the traces with an error or slower than 300 ms, and a tenth of the rest (tail sampling).',
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
      "Send traces and metrics to a second OTLP backend as well. While it can't be reached, what doesn't fit its bounded queue " +
      "is dropped, with a count and a line in the Collector's log; Jaeger gets everything all the same.",
    values: {
      collector: {
        exporters: { 'otlphttp/second': { endpoint: 'http://otlp.example.com:4318' } },
        pipelines: {
          traces: { exporters: ['otlphttp/jaeger', 'otlphttp/second'] },
          metrics: { exporters: ['debug', 'otlphttp/second'] },
        },
      },
    },
  },
];
