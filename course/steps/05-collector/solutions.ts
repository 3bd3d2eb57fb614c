import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { edited } from '../../harness/check-harness.ts';
import type { Solution } from '../../harness/check-harness.ts';

const yaml = readFileSync(join(import.meta.dirname, 'files', 'collector.yaml'), 'utf8');
const changed = (...changes: [string, string][]) => ({ files: { 'collector.yaml': edited(yaml, ...changes) } });
const ignoredEdits = { 'collector.yaml': `{}\n${yaml}` };
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
      exporters: [debug, otlp_http/jaeger]
`;

const anchored = `exporters: { debug: { verbosity: normal } }
processors:
  attributes/mine:
    actions: [{ key: workshop.step, value: 5, action: upsert }, { key: user_agent.original, action: delete }]
  probabilistic_sampler: { sampling_percentage: 50 }
service:
  pipelines:
    logs: { processors: &mine [memory_limiter, k8sattributes, attributes/mine, probabilistic_sampler, batch] }
    traces: { processors: *mine, exporters: [otlp_http/jaeger, debug] }
`;

const all: Solution[] = [
  { name: "the step's own solution", right: true },
  {
    name: 'workshop.step as a resource attribute, detailed verbosity, and the sampler as the first processor',
    right: true,
    files: { 'collector.yaml': resource },
  },
  {
    name: 'the action insert instead of upsert, with another value and another sampling percentage',
    right: true,
    ...changed(
      ['value: "5", action: upsert', 'value: me, action: insert'],
      ['sampling_percentage: 50', 'sampling_percentage: 30'],
    ),
  },
  {
    name: 'another service name of dice',
    right: true,
    files: { 'settings.env': 'INSTRUMENTATION=auto\nOTEL_SERVICE_NAME=my-dice' },
  },
  {
    name: 'the exporter to Jaeger under its former name',
    right: true,
    ...changed(['[otlp_http/jaeger, debug]', '[otlphttp/jaeger, debug]']),
  },
  { name: 'a sampler that keeps nine of ten traces', right: true, ...changed(['percentage: 50', 'percentage: 90']) },
  { name: 'a sampler that keeps one of ten traces', right: true, ...changed(['percentage: 50', 'percentage: 10']) },
  {
    name: 'processors in a list of lines',
    right: true,
    ...changed([
      '[memory_limiter, k8sattributes, attributes/mine, probabilistic_sampler, batch]',
      ['memory_limiter', 'k8sattributes', 'probabilistic_sampler', 'attributes/mine', 'batch']
        .map((name) => `\n        - ${name}`)
        .join(''),
    ]),
  },
  {
    name: 'an attribute with a number as its value, and detailed verbosity',
    right: true,
    ...changed(['value: "5"', 'value: 5'], ['verbosity: normal', 'verbosity: detailed']),
  },
  {
    name: 'two processors for attributes, one for each change',
    right: true,
    ...changed(
      [
        '      - { key: user_agent.original, action: delete }\n',
        '  attributes/less:\n    actions:\n      - { key: user_agent.original, action: delete }\n',
      ],
      ['attributes/mine, probabilistic_sampler', 'attributes/mine, attributes/less, probabilistic_sampler'],
    ),
  },
  {
    name: 'spans by hand, with the Collector of the step',
    right: true,
    files: {
      'app.ts': readFileSync(join(import.meta.dirname, '..', '..', '..', 'apps', 'dice', 'app.manual.ts'), 'utf8'),
      'settings.env': 'INSTRUMENTATION=manual',
    },
  },
  { name: 'the configuration as JSON', right: true, files: { 'collector.yaml': JSON.stringify(parse(yaml), null, 2) } },
  { name: 'an anchor for the list of processors', right: true, files: { 'collector.yaml': anchored } },
  {
    name: 'a debug exporter with a name of its own, and settings of the batch',
    right: true,
    ...changed(
      [
        '  debug:\n    verbosity: normal',
        '  debug/spans: # mine\n    verbosity: normal\n    use_internal_logger: true',
      ],
      ['otlp_http/jaeger, debug]', 'otlp_http/jaeger, debug/spans]'],
      ['processors:\n', 'processors:\n  batch: { timeout: 100ms, send_batch_size: 64 }\n'],
    ),
  },
  {
    name: 'quotes, comments behind each line, and a list of lines with less indentation',
    right: true,
    files: {
      'collector.yaml': `---
# my Collector
"exporters":
  'debug': { "verbosity": "detailed" } # all of it
'processors':
  "attributes/mine":
    actions:
    - key: "workshop.step" # any value
      action: "insert"
      value: 'five'
    - action: delete
      key: 'user_agent.original' # the User-Agent header
  probabilistic_sampler: { sampling_percentage: 50.0, hash_seed: 0 }
service:
  pipelines:
    traces: # only these
      exporters: # both
      - debug
      - otlp_http/jaeger
      processors: # in this order
      - memory_limiter # first
      - k8sattributes
      - "attributes/mine"
      - probabilistic_sampler
      - batch # last
`,
    },
  },
  {
    name: 'other pipelines that are set too, before that of the traces',
    right: true,
    ...changed([
      '  pipelines:\n',
      '  pipelines:\n    metrics: { processors: [batch], exporters: [debug] }\n' +
        '    logs:\n      processors: [batch]\n      exporters: [debug]\n',
    ]),
  },
  {
    name: 'spans that leave dice once a minute',
    right: true,
    files: { 'settings.env': 'INSTRUMENTATION=auto\nOTEL_BSP_SCHEDULE_DELAY=60000' },
  },
  {
    name: 'the processors under the pipeline of metrics',
    right: false,
    finding: '05-collector/unlisted',
    says: /workshop\.step/,
    ...changed(['    traces:\n', '    metrics:\n']),
  },
  {
    name: 'the old name of the User-Agent attribute',
    right: false,
    finding: '05-collector/agent-kept',
    says: /user_agent\.original/,
    ...changed(['key: user_agent.original', 'key: http.user_agent']),
  },
  {
    name: 'the attribute inserted by a processor that the pipeline does not name',
    right: false,
    finding: '05-collector/unlisted',
    says: /workshop\.step/,
    ...changed(['  attributes/mine:', '  attributes/my:'], ['k8sattributes, attributes/mine,', 'k8sattributes,']),
  },
  {
    name: 'a sampler that keeps all',
    right: false,
    finding: '05-collector/share',
    says: /all 24 of 24/,
    ...changed(['sampling_percentage: 50', 'sampling_percentage: 100']),
  },
  {
    name: 'no sampler at all',
    right: false,
    finding: '05-collector/keeps-all',
    says: /all 24 of 24.*Add a processor probabilistic_sampler/,
    ...changed(['probabilistic_sampler:', 'filter:'], ['attributes/mine, probabilistic_sampler,', 'attributes/mine,']),
  },
  {
    name: 'a sampler that keeps nothing',
    right: false,
    finding: 'collector/drops',
    hop: 'collector',
    says: /collector\.yaml, line \d+: probabilistic_sampler has sampling_percentage: 0.*write 50/,
    ...changed(['sampling_percentage: 50', 'sampling_percentage: 0']),
  },
  {
    name: 'memory_limiter behind the others',
    right: false,
    finding: '05-collector/order',
    says: /Put memory_limiter first/,
    ...changed([
      '[memory_limiter, k8sattributes, attributes/mine, probabilistic_sampler, batch]',
      '[k8sattributes, attributes/mine, probabilistic_sampler, memory_limiter, batch]',
    ]),
  },
  {
    name: 'an anchored list without k8sattributes',
    right: false,
    finding: '05-collector/no-k8sattributes',
    says: /k8sattributes again/,
    files: { 'collector.yaml': anchored.replace('memory_limiter, k8sattributes', 'memory_limiter') },
  },
  {
    name: 'processors in another order, without memory_limiter and k8sattributes',
    right: false,
    finding: '05-collector/order',
    says: /memory_limiter first.*packs what all others.*unmet: the processors/,
    ...changed([
      '[memory_limiter, k8sattributes, attributes/mine, probabilistic_sampler, batch]',
      '[attributes/mine, batch, probabilistic_sampler]',
    ]),
  },
  {
    name: 'processors with batch in the middle',
    right: false,
    finding: '05-collector/order',
    says: /Put batch last/,
    ...changed(['attributes/mine, probabilistic_sampler, batch]', 'batch, attributes/mine, probabilistic_sampler]']),
  },
  {
    name: 'processors without k8sattributes',
    right: false,
    finding: '05-collector/no-k8sattributes',
    says: /k8sattributes again/,
    ...changed(['memory_limiter, k8sattributes,', 'memory_limiter,']),
  },
  {
    name: 'edits below a first line {}',
    right: false,
    finding: '05-collector/ignored',
    says: /Line 1 of collector.yaml is \{\}.*ignores what is below/,
    files: ignoredEdits,
  },
  {
    name: 'three of four changes, without the attribute',
    right: false,
    finding: '05-collector/no-attribute',
    says: /unmet: the attribute workshop.step.*; met: no user_agent.*; met: the spans.*; met: some of the traces/,
    ...changed(['      - { key: workshop.step, value: "5", action: upsert }\n', '']),
  },
  {
    name: 'the action update, which changes nothing that is not there',
    right: false,
    finding: '05-collector/no-attribute',
    says: /workshop.step/,
    ...changed(['action: upsert', 'action: update']),
  },
  {
    name: 'an attribute with another name',
    right: false,
    finding: '05-collector/attribute-name',
    says: /workshop.step/,
    ...changed(['key: workshop.step', 'key: workshop_step']),
  },
  {
    name: 'an unchanged Collector configuration',
    right: false,
    finding: '05-collector/no-attribute',
    says: /workshop.step/,
    files: { 'collector.yaml': '{}' },
  },
  {
    name: 'a new processor that no pipeline uses',
    right: false,
    finding: '05-collector/unlisted',
    says: /workshop.step/,
    ...changed(['k8sattributes, attributes/mine,', 'k8sattributes,']),
  },
  {
    name: 'the attribute workshop.step set by dice instead of the Collector',
    right: false,
    finding: '05-collector/attribute-by-app',
    says: /the app was changed, not the Collector/,
    files: {
      'collector.yaml': edited(yaml, ['      - { key: workshop.step, value: "5", action: upsert }\n', '']),
      'settings.env': 'INSTRUMENTATION=auto\nOTEL_RESOURCE_ATTRIBUTES=workshop.step=5',
    },
  },
  {
    name: 'spans that still have the attribute user_agent.original',
    right: false,
    finding: '05-collector/agent-kept',
    says: /user_agent/,
    ...changed(['      - { key: user_agent.original, action: delete }\n', '']),
  },
  {
    name: 'a debug exporter with verbosity basic, which only counts spans',
    right: false,
    finding: '05-collector/no-debug',
    says: /verbosity/,
    ...changed(['verbosity: normal', 'verbosity: basic']),
  },
  {
    name: 'a debug exporter that no pipeline uses',
    right: false,
    finding: '05-collector/no-debug',
    says: /debug/,
    ...changed(['[otlp_http/jaeger, debug]', '[otlp_http/jaeger]']),
  },
  {
    name: 'a Collector that does not sample',
    right: false,
    finding: '05-collector/unlisted',
    says: /does not list probabilistic_sampler/,
    ...changed(['attributes/mine, probabilistic_sampler,', 'attributes/mine,']),
  },
  {
    name: 'a traces pipeline without the exporter to Jaeger',
    right: false,
    finding: 'collector/exporters',
    hop: 'collector',
    says: /collector\.yaml, line \d+: the pipeline traces exports to debug only.*\[debug, otlp_http\/jaeger\]/,
    ...changed(['[otlp_http/jaeger, debug]', '[debug]']),
  },
  {
    name: 'dice exporting its spans to the console only',
    right: false,
    finding: 'settings/exporter',
    hop: 'pod',
    says: /OTEL_TRACES_EXPORTER is console/,
    files: { 'settings.env': 'INSTRUMENTATION=auto\nOTEL_TRACES_EXPORTER=console' },
  },
];

/**
 * All solutions with a longer time limit. Each check sends two dozen requests, so it takes longer to fail a wrong
 * solution.
 */
export const solutions: Solution[] = all.map((solution) => ({ ...solution, deadline: 2_500 }));
