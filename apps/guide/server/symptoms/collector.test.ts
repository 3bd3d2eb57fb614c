import { readFileSync } from 'node:fs';
import { collectorError, explainCollector } from './collector.ts';
import { ignoredRest } from './yaml.ts';

/** What the pinned Collector prints for each mistake in a learner's collector.yaml. */
const errors = JSON.parse(
  readFileSync(new URL('../../testing/collector-errors.json', import.meta.url), 'utf8'),
) as Record<string, { yaml: string[]; log: string[] }>;

const rows: readonly [mistake: string, line: number | undefined, cause: RegExp, todo: RegExp][] = [
  ['the exporter logging', 2, /exporter logging was removed/, /called debug today/],
  ['the exporter jaeger', 2, /no exporter jaeger/, /takes OTLP today/],
  ['a newer name of a processor', 2, /no processor k8s_attributes/, /Write k8sattributes: Collector \d/],
  ['a newer name in a pipeline', 4, /names the processor k8s_attributes/, /Write k8sattributes: Collector \d/],
  ['an exporter to Jaeger that is not defined', 4, /names the exporter otlp_http,/, /is called otlp_http\/jaeger/],
  ['an exporter to another backend that is not defined', 4, /otlp_grpc\/second/, /Define .* below exporters/],
  ['action instead of actions', 3, /no setting action there/, /Did you mean actions\?/],
  ['a wrong verbosity', 3, /verbosity is "debug"/, /basic, normal or detailed/],
  ['a percent sign', 3, /takes a number only/, /Write 50 for 50 %/],
  ['service.telemetry.metrics.address', 4, /no setting address/, /It was removed/],
  ['processors twice', 4, /processors stands there twice, first in line 1/, /below one processors:/],
  ['exporters as a list', 1, /exporters holds definitions, and has a list/, /exporters: \{debug: \{\}\}/],
  ['pipelines at the left edge', 2, /pipelines stands at the left edge/, /below service/],
  ['a line that is not far enough in', 5, /not as far in/, /same column/],
  ['a tab', 2, /begins with a tab/, /by spaces/],
  ['an exporter that nothing defines', 4, /names the exporter nowhere/, /Define nowhere below exporters/],
  ['an unknown processor', 2, /no processor nosuch/, /It has attributes, batch, filter/],
  ['an unknown action', 6, /no action "add"/, /insert .* upsert .* delete/],
  ['an exporter without an endpoint', 2, /has no endpoint/, /Add endpoint/],
  ['a misspelt setting', 3, /no setting timeouts there/, /Did you mean timeout\?/],
  ['a text instead of a number', 3, /send_batch_size takes a number, and has a text/, /quotes and units/],
  ['a misspelt pipeline', 3, /no pipeline trace/, /Did you mean traces\?/],
  ['a misspelt section', 1, /no setting exporter there/, /Did you mean exporters\?/],
  ['the receiver zipkin', 2, /no receiver zipkin/, /It has otlp/],
  ['one = in a condition', 2, /= where it compares/, /Write ==/],
  ['a word instead of settings', undefined, /text without keys/, /a key and a colon/],
  ['a list instead of settings', undefined, /the file is a list/, /Begin with a key/],
  ['a map instead of a list', 4, /processors of a pipeline is a list, and has a map/, /processors: \[a, b\]/],
  ['a text instead of a list', 4, /is a list, and has a string/, /processors: \[a, b\]/],
  ['no exporter', 3, /a pipeline has no exporter/, /otlp_http\/jaeger/],
  ['a missing colon', 2, /no colon after it/, /attributes\/mine: there/],
  ['a missing blank after a colon', 2, /a text where settings belong/, /a blank after each colon/],
  ['an open quote', 4, /a quote opens here/, /closing quote/],
  ['a setting twice', 4, /verbosity stands there twice, first in line 3/, /below one verbosity:/],
  ['a removed setting', 3, /no setting ballast_size_mib/, /It was removed/],
  ['an extension that nothing defines', 2, /names the extension pprof/, /below extensions/],
  ['an unknown log level', 4, /level is "verbose"/, /debug, info, warn or error/],
  ['a negative percentage', 2, /below 0/, /from 0 to 100/],
  ['loglevel instead of verbosity', 3, /no setting loglevel/, /called verbosity today/],
  ['no actions', 2, /actions is missing or empty/, /action: insert/],
  [
    'a sampler in the pipeline of metrics',
    6,
    /pipeline metrics names probabilistic_sampler, which can't/,
    /below traces:/,
  ],
  ['service below processors', 4, /service: stands too far in/, /to the left edge/],
  ['processors below exporters', 3, /processors: stands too far in/, /to the left edge/],
  ['service below a processor', 4, /service: stands too far in/, /to the left edge/],
  ['processors below an exporter', 4, /processors: stands too far in/, /to the left edge/],
  ['processors below service', 2, /processors: is not below a pipeline/, /below traces:/],
  ['processors below pipelines', 3, /no pipeline processors/, /below traces:/],
  ['an empty section', 1, /exporters: has nothing below it/, /take the key out/],
];

test.each(rows)("explains %s in the learner's collector.yaml, with its line", (mistake, line, cause, todo) => {
  const { yaml, log } = errors[mistake] ?? { yaml: [], log: [] };
  const found = explainCollector(log, yaml.join('\n'));
  expect(found).toMatchObject({ file: 'collector.yaml', cause: expect.stringMatching(cause) as string });
  expect(found?.todo).toMatch(todo);
  expect(found?.line).toBe(line);
});

test('explains each recorded error of the Collector', () => {
  expect(Object.keys(errors).filter((name) => !rows.some(([known]) => known === name))).toEqual([]);
});

test("shows the lines of the Collector's error that follow the first, once", () => {
  const { log } = errors['a wrong verbosity'] ?? { log: [] };
  const repeated = [
    '2026-11-29T09:09:12.466Z\tinfo\tstarting',
    ...log,
    `2026/11/29 09:09:08 ${log[0]?.slice(7)}`,
    ...log.slice(1),
  ];
  expect(collectorError(repeated)).toEqual(log);
});

test("repeats the innermost line of a Collector's error that the table does not know", () => {
  const log = ['Error: cannot start', '', "'exporters' something new"];
  expect(explainCollector(log, '')).toMatchObject({ cause: "'exporters' something new" });
});

test('finds no error in the log of a Collector that runs', () => {
  expect(explainCollector(['info Everything is ready. Begin running and processing data.'], '')).toBeUndefined();
});

test.each<[string, string, number | undefined]>([
  ['below {}', '# mine\n{}\nprocessors:\n  batch: {}\n', 2],
  ['below a second ---', 'processors:\n  batch: {}\n---\nexporters: {}\n', 3],
  ['nowhere, if {} is all', '# mine\n{}\n', undefined],
  ['nowhere, if --- is the first line', '---\nprocessors:\n  batch: {}\n', undefined],
  ['nowhere, in an empty file', '', undefined],
])('finds lines that the Collector ignores %s', (_where, yaml, line) => {
  expect(ignoredRest(yaml)?.line).toBe(line);
});
