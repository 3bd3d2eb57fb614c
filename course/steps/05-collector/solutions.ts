import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { edited } from '../../harness/check-harness.ts';
import type { Solution } from '../../harness/check-harness.ts';

const yaml = readFileSync(join(import.meta.dirname, 'files', 'collector.yaml'), 'utf8');
const changed = (...changes: [string, string][]) => ({ files: { 'collector.yaml': edited(yaml, ...changes) } });
const resource = `
exporters: { debug: { verbosity: detailed } }
processors:
  resource/who: { attributes: [{ key: workshop.step, value: ada, action: insert }] }
  attributes/no-agent: { actions: [{ key: user_agent.original, action: delete }] }
  probabilistic_sampler/half: { sampling_percentage: 40 }
service:
  pipelines:
    traces:
      processors:
        [memory_limiter, probabilistic_sampler/half, k8sattributes, resource/who, attributes/no-agent, batch]
      exporters: [debug, otlphttp/jaeger]
`;

const all: Solution[] = [
  { name: 'as the step says', right: true },
  {
    name: 'the attribute on the resource, detailed verbosity, and the sampler first',
    right: true,
    files: { 'collector.yaml': resource },
  },
  {
    name: 'the action insert, with another value and another percentage',
    right: true,
    ...changed(
      ['value: "5", action: upsert', 'value: me, action: insert'],
      ['sampling_percentage: 50', 'sampling_percentage: 30'],
    ),
  },
  { name: 'no change', right: false, says: /workshop.step/, files: { 'collector.yaml': '{}' } },
  {
    name: 'a processor that no pipeline names',
    right: false,
    says: /workshop.step/,
    ...changed(['k8sattributes, attributes/mine,', 'k8sattributes,']),
  },
  {
    name: 'an attribute that dice sets',
    right: false,
    says: /the app was changed, not the Collector/,
    files: {
      'collector.yaml': edited(yaml, ['      - { key: workshop.step, value: "5", action: upsert }\n', '']),
      'settings.env': 'INSTRUMENTATION=auto\nOTEL_RESOURCE_ATTRIBUTES=workshop.step=5',
    },
  },
  {
    name: 'user_agent.original is still there',
    right: false,
    says: /user_agent/,
    ...changed(['      - { key: user_agent.original, action: delete }\n', '']),
  },
  {
    name: 'a debug exporter that only counts',
    right: false,
    says: /verbosity/,
    ...changed(['verbosity: normal', 'verbosity: basic']),
  },
  {
    name: 'a debug exporter that no pipeline names',
    right: false,
    says: /debug/,
    ...changed(['[otlphttp/jaeger, debug]', '[otlphttp/jaeger]']),
  },
  {
    name: 'no sampling',
    right: false,
    says: /all 24 of 24/,
    ...changed(['attributes/mine, probabilistic_sampler,', 'attributes/mine,']),
  },
  {
    name: 'a pipeline without the exporter to Jaeger',
    right: false,
    hop: 'jaeger',
    says: /otlphttp\/jaeger/,
    ...changed(['[otlphttp/jaeger, debug]', '[debug]']),
  },
  {
    name: 'an app that still exports to the console',
    right: false,
    hop: 'pod',
    says: /OTEL_TRACES_EXPORTER is console/,
    files: { 'settings.env': 'INSTRUMENTATION=auto\nOTEL_TRACES_EXPORTER=console' },
  },
];

/** Each check makes two dozen visits, so a wrong solution needs more time. */
export const solutions: Solution[] = all.map((solution) => ({ ...solution, deadline: 2_500 }));
