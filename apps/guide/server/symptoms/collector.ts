// What the Collector's error means: mistakes in the learner's collector.yaml, with the line in that file.
import { JAEGER_EXPORTER } from '../../../../lab/names.ts';
import { versions } from '../../../../lab/versions.ts';
import { nearest } from '../../../../support/nearest.ts';
import { invalidKey, outsideOfPipeline, SECTIONS, tooFarIn } from './collector-keys.ts';
import { explained } from './explanation.ts';
import type { Explanation, Symptom } from './explanation.ts';
import { lineOfPath, yamlMistake } from './yaml.ts';

/** Components and settings that were renamed or removed, and what to write today. */
const RENAMED: Readonly<Record<string, string>> = {
  logging: 'It is called debug today: debug: {verbosity: detailed}.',
  jaeger: `Jaeger takes OTLP today. The exporter ${JAEGER_EXPORTER} is already set up: name that one.`,
  zipkin: `Jaeger takes OTLP: use ${JAEGER_EXPORTER}, which is already set up.`,
  ballast: 'It was removed: memory_limiter is enough.',
  memory_ballast: 'It was removed: memory_limiter is enough.',
  spanmetrics: 'As a processor it was removed: it is a connector today.',
  queued_retry: 'It was removed: exporters have sending_queue and retry_on_failure.',
};

/** The processors of the lab's own configuration. */
const BUILT_IN_PROCESSORS = ['memory_limiter', 'k8sattributes', 'batch'];

/** The table. The first row that matches counts. The texts are those of the pinned Collector. */
export const collectorSymptoms: readonly Symptom[] = [
  {
    pattern: /the (\w+) exporter has been deprecated/,
    explain: ([, name = '']) => ({
      cause: `the exporter ${name} was removed`,
      todo: RENAMED[name] ?? 'Use the exporter that the message names.',
    }),
  },
  {
    pattern: /failed to create "([^"]+)" \w+, in pipeline "([^"]+)": telemetry type is not supported/,
    explain: ([, name = '', pipeline = '']) => ({
      cause: `the pipeline ${pipeline} names ${name}, which can't handle ${pipeline.replace(/\/.*/, '')}`,
      todo: `Take it out there, and name it below traces: in service.pipelines.`,
    }),
  },
  {
    pattern: /'(\w+)' unknown type: "([^"]+)" for id: "[^"]+" \(valid values: \[([^\]]*)\]\)/,
    explain: ([, section = '', type = '', valid = '']) => unknownType(section, type, valid.split(' ')),
  },
  {
    pattern: /^'([^']*)' has invalid keys: ([\w, /.-]+)$|has invalid keys: ([\w, /.-]+)/m,
    explain: ([, where = '', one, two]) => invalidKey((one ?? two ?? '').split(',')[0]?.trim() ?? '', where),
  },
  {
    pattern: /unknown metrics level "([^"]*)"/,
    explain: ([, value = '']) => ({ cause: `verbosity is "${value}"`, todo: 'Choose basic, normal or detailed.' }),
  },
  {
    pattern: /unrecognized level: "([^"]*)"/,
    explain: ([, value = '']) => ({ cause: `level is "${value}"`, todo: 'Choose debug, info, warn or error.' }),
  },
  {
    pattern: /'sampling_percentage' expected type/,
    explain: () => ({ cause: 'sampling_percentage takes a number only', todo: 'Write 50 for 50 %, without the sign.' }),
  },
  {
    pattern: /sampling rate is negative/,
    explain: () => ({ cause: 'sampling_percentage is below 0', todo: 'Write a number from 0 to 100.' }),
  },
  {
    pattern: /'\[([^\]]+)\]' expected type 'map\[string\]interface \{\}', got unconvertible type 'string'/,
    explain: ([, key = '']) => ({
      cause: `below ${key} there is a text where settings belong`,
      todo: 'Is there a blank after each colon? "verbosity:detailed" is one text, "verbosity: detailed" is a setting.',
    }),
  },
  {
    pattern: /'([^']*)' expected type '([^']+)', got unconvertible type '([^']+)'/,
    explain: ([, key = '', wanted = '', got = '']) => ({
      cause: `${key} takes ${kindOf(wanted)}, and has ${kindOf(got)}`,
      todo: 'Take quotes and units off a number, and give a text where a text is asked for.',
    }),
  },
  {
    pattern: /'([^']*)' expected a map or struct, got "slice"/,
    explain: ([, key = '']) => ({
      cause: `${key} holds definitions, and has a list`,
      todo: `Write each below it as a key: ${key}: {debug: {}}. Only pipelines have lists.`,
    }),
  },
  {
    pattern: /'([^']*)' source data must be an array or slice, got (\w+)/,
    explain: ([, key = '', got = '']) => ({
      cause: `${lastOf(key)} of a pipeline is a list, and has a ${got}`,
      todo: `Write ${lastOf(key)}: [a, b].`,
    }),
  },
  {
    pattern: /in "([^"]+)" id: unknown pipeline signal/,
    explain: ([, name = '']) => ({
      cause: `there is no pipeline ${name}`,
      todo: SECTIONS.includes(name)
        ? outsideOfPipeline(name).todo
        : `Did you mean ${nearest(name, ['traces', 'metrics', 'logs']) ?? 'traces, metrics or logs'}?`,
    }),
  },
  {
    pattern: /references (exporter|processor|receiver|extension|connector) "([^"]+)" which is not configured/,
    explain: ([, kind = '', name = '']) => ({
      cause: `service names the ${kind} ${name}, and nothing defines it`,
      todo: RENAMED[name] ?? undefinedName(kind, name),
    }),
  },
  {
    pattern: /due to unsupported action "([^"]+)"/,
    explain: ([, action = '']) => ({
      cause: `there is no action "${action}"`,
      todo: 'Choose insert (if it is new), update (if it is there), upsert (both) or delete.',
    }),
  },
  {
    pattern: /missing required field "(\w+)"/,
    explain: ([, field = '']) => ({
      cause: `${field} is missing or empty`,
      todo: field === 'actions' ? 'Write below actions: - {key: team, value: blue, action: insert}.' : `Add ${field}.`,
    }),
  },
  {
    pattern: /at least one endpoint must be specified|requires a non-empty "endpoint"/,
    explain: () => ({ cause: 'the exporter has no endpoint', todo: 'Add endpoint: http://HOST:4318 below it.' }),
  },
  {
    pattern: /must have at least one (exporter|receiver)/,
    explain: ([, kind = '']) => ({
      cause: `a pipeline has no ${kind}`,
      todo: `Name one, such as ${kind}s: [${kind === 'exporter' ? JAEGER_EXPORTER : 'otlp'}].`,
    }),
  },
  {
    pattern: /no (\w+) configuration specified in config|must have at least one pipeline/,
    explain: ([, kind = '']) => ({
      cause: `${kind === '' ? 'a section' : `${kind}s:`} has nothing below it, which removes what the lab has set up`,
      todo: 'Write something below it, further in, or take the key out.',
    }),
  },
  {
    pattern: /unable to parse OTTL.*unexpected token "="/,
    explain: () => ({ cause: 'a condition has = where it compares', todo: 'Write ==.' }),
  },
  {
    pattern: /unable to parse OTTL (\w+)/,
    explain: ([, what = '']) => ({
      cause: `a ${what} is not OTTL`,
      todo: 'Compare it with an example: attributes["http.route"] == "/visit".',
    }),
  },
  {
    pattern: /mapping key "([^"]+)" already defined at line (\d+)/,
    explain: ([, key = '', first = '']) => ({
      cause: `${key} stands there twice, first in line ${first}`,
      todo: `Put both below one ${key}:.`,
    }),
  },
  {
    pattern: /retrieved value \(type=\[\]interface \{\}\) cannot be used as a Conf/,
    explain: () => ({ cause: 'the file is a list', todo: 'Begin with a key: processors:, exporters: or service:.' }),
  },
  {
    pattern: /contents are not valid YAML: yaml: (.*)/,
    explain: ([, says = '']) => ({
      cause: `the file is not YAML: ${says}`,
      todo: 'Look at that line and the ones around it: indentation, colons, quotes.',
    }),
  },
  {
    pattern: /retrieved value \(type=\w+\) cannot be used as a Conf/,
    explain: () => ({
      cause: 'the file is a text without keys',
      todo: 'Begin with a key and a colon: processors:, exporters: or service:.',
    }),
  },
  {
    pattern: /listen tcp [^ ]*:(\d+): bind: address already in use/,
    explain: ([, port = '']) => ({
      cause: `two receivers use port ${port}`,
      todo: 'Take yours out: the lab has otlp.',
    }),
  },
];

function unknownType(section: string, type: string, valid: readonly string[]): Pick<Explanation, 'cause' | 'todo'> {
  if (SECTIONS.includes(type)) return tooFarIn(type);
  const kind = section.replace(/s$/, '');
  const meant = nearest(type, valid);
  const renamed = (kind === 'receiver' ? undefined : RENAMED[type]) ?? newerName(type, valid);
  const todo = renamed ?? (meant === undefined ? `It has ${[...valid].sort().join(', ')}.` : `Did you mean ${meant}?`);
  return { cause: `this Collector has no ${kind} ${type}`, todo };
}

/**
 * Explains a name that is newer than this Collector. OpenTelemetry renames components one after the other, to names
 * with underscores between words: https://github.com/open-telemetry/opentelemetry-collector-contrib/issues/45339
 */
function newerName(name: string, known: readonly string[]): string | undefined {
  const older = known.find((one) => one.length < name.length && one === name.replaceAll('_', ''));
  return older && `Write ${older}: Collector ${versions.collector} does not know the newer name ${name}.`;
}

/** Explains what to write for a component that a pipeline names and that nothing defines. */
function undefinedName(kind: string, name: string): string {
  const todo = `Define ${name} below ${kind}s, or spell it as it is defined there.`;
  if (kind === 'exporter' && /^otlp(_?http)?$/.test(name))
    return `The exporter to Jaeger is called ${JAEGER_EXPORTER}. For another backend: ${todo}`;
  return newerName(name, BUILT_IN_PROCESSORS) ?? todo;
}

const kindOf = (type: string): string =>
  /int|float/.test(type)
    ? 'a number'
    : /bool/.test(type)
      ? 'true or false'
      : /string/.test(type)
        ? 'a text'
        : `a ${type}`;

const lastOf = (path: string): string => path.split('.').at(-1) ?? path;

/**
 * Returns the lines of the log in which the Collector says why it ended, without the repetition. The cause is on later
 * lines than the first.
 */
export function collectorError(log: readonly string[]): string[] {
  const begin = log.findLastIndex((line) => /^Error: /.test(line));
  if (begin < 0) return [];
  const rest = log.slice(begin, begin + 20);
  const end = rest.findIndex((line, index) => index > 0 && /^\d{4}[/-]\d\d[/-]\d\d/.test(line));
  return (end < 0 ? rest : rest.slice(0, end)).map((line) => line.trim()).filter((line) => line !== '');
}

/**
 * Returns what the Collector's error means, or undefined if the log has no error.
 * @param yaml the learner's collector.yaml
 */
export function explainCollector(log: readonly string[], yaml = ''): Explanation | undefined {
  const lines = collectorError(log);
  if (lines.length === 0) return undefined;
  const text = lines.join('\n');
  const syntax = /not valid YAML/.test(text) && !/already defined/.test(text) ? yamlMistake(yaml) : undefined;
  if (syntax) return syntax;
  const place = { file: 'collector.yaml', ...lineIn(text, yaml) } as const;
  return { ...place, ...(explained(collectorSymptoms, text) ?? unknownError(lines)) };
}

/** Returns the Collector's own words, from the innermost line, for an error that the table doesn't know. */
function unknownError(lines: readonly string[]): Pick<Explanation, 'cause' | 'todo'> {
  const inner = (lines.at(-1) ?? '').replace(/^Error: /, '').slice(0, 300);
  return { cause: inner, todo: 'The Collector says no more than that. Look at the part of the file that it names.' };
}

function lineIn(text: string, yaml: string): { line?: number } {
  const yamlLine = Number(/\bline (\d+): /.exec(text)?.[1]);
  if (yamlLine) return { line: yamlLine };
  return lineOfPath(yaml, pathIn(text));
}

type PathReader = (text: string) => (string | undefined)[];

/** Reads the path of keys that an error names, for each form that an error has. */
const paths: readonly PathReader[] = [
  (text) => {
    const [, name, kind, pipeline] =
      /failed to create "([^"]+)" (\w+), in pipeline "([^"]+)": telemetry type is not/.exec(text) ?? [];
    return pipeline === undefined ? [] : ['service', 'pipelines', pipeline, `${kind}s`, name];
  },
  (text) => {
    const [, name, kind] = /failed to create "([^"]+)" (processor|exporter|receiver)/.exec(text) ?? [];
    return kind === undefined ? [] : [`${kind}s`, name, /unsupported (action)/.exec(text)?.[1]];
  },
  (text) => [/no (\w+) configuration specified/.exec(text)?.[1]].map((kind) => kind && `${kind}s`),
  (text) => [
    ...(/: (\w+)::(\w[\w/.-]*)(?:::(\w+))?/.exec(text)?.slice(1) ?? []),
    /references \w+ "([^"]+)"/.exec(text)?.[1],
  ],
  (text) => [...nestedPath(text), /the (\w+) exporter has been deprecated/.exec(text)?.[1]],
];

/** The name of a Go type, which an error has in place of a path if it is about the keys of a whole component. */
const GO_TYPE = /^[a-z]+\.\w*[A-Z]\w*$/;

/** Reads the path of an error about decoding, which has a line for each level of nesting. */
function nestedPath(text: string): string[] {
  const parts = /^'([^']*)'(?:.* (?:id|for):? "([^"]+)")?|has invalid keys: ([\w/.-]+)|in "(\w+)" id/gm;
  return [...text.matchAll(parts)].flatMap(([, path = '', id = '', key = '', signal = '']) => [
    ...(GO_TYPE.test(path) ? [] : path.split(/[.[\]]+/)),
    id,
    key,
    signal,
  ]);
}

function pathIn(text: string): string[] {
  const found = paths.map((read) => read(text).filter((part) => part !== undefined && part !== ''));
  return (found.find((path) => path.length > 0) ?? []) as string[];
}
