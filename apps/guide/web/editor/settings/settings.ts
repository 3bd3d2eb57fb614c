// Completes, explains and checks settings.env.
import { nearest } from '../../../../../support/nearest.ts';
import { isBlank, settingLine } from '../../../../telemetry/settings-lines.ts';
import type { Assistant } from '../assistant.ts';
import type { Explanation, Mistake, Suggestion, Suggestions } from '../language/messages.ts';
import { isOpen, SETTINGS } from './settings-table.ts';
import type { Setting } from './settings-table.ts';

interface Line {
  readonly text: string;
  /** Where the line begins in the file. */
  readonly from: number;
}

function linesOf(text: string): Line[] {
  let from = 0;
  return text.split('\n').map((line) => {
    const found = { text: line, from };
    from += line.length + 1;
    return found;
  });
}

/** Returns the mistakes in the text of settings.env. None keeps dice from starting, except a wrong INSTRUMENTATION. */
export function checkSettings(text: string): Mistake[] {
  const seen = new Map<string, number>();
  return linesOf(text).flatMap((line, index) => {
    if (isBlank(line.text)) return [];
    const name = settingLine(line.text)?.name;
    const earlier = name === undefined ? undefined : seen.get(name);
    if (name !== undefined) seen.set(name, index + 1);
    const problem = problemOf(line.text) ?? (earlier && `${name} is also on line ${earlier}. This line wins.`);
    return problem ? [markOf(line, problem)] : [];
  });
}

function markOf({ text, from }: Line, message: string): Mistake {
  const start = from + (text.length - text.trimStart().length);
  return { from: start, to: from + text.trimEnd().length, message, stops: /^INSTRUMENTATION is/.test(message) };
}

function problemOf(line: string): string | undefined {
  const found = settingLine(line);
  if (!found) return `Write NAME=value. dice ignores this line.`;
  const { name, value } = found;
  const known = SETTINGS.get(name);
  if (known) return value.trim() === '' ? undefined : wrongValue(name, known, value.trim());
  const meant = nearest(name, [...SETTINGS.keys()]);
  const guess = meant === undefined ? '' : ` Did you mean ${meant}?`;
  if (!found.isKnown) return `dice takes only INSTRUMENTATION and OTEL_… from this file, and ignores ${name}.${guess}`;
  return `The SDK of the image reads no ${name}.${guess}`;
}

type Check = (value: string, setting: Setting, name: string) => string | undefined;

const isNumber = (value: string): boolean => value !== '' && !Number.isNaN(Number(value));

const oneOf = (values: readonly string[] = []): string => `one of ${values.join(', ')}`;

const checks: Readonly<Record<Setting['kind'], Check>> = {
  text: () => undefined,
  boolean: (value) => (/^(true|false)$/i.test(value) ? undefined : 'true or false'),
  number: (value) => (isNumber(value) && Number(value) >= 0 ? undefined : 'a number from 0 on'),
  milliseconds: (value) =>
    isNumber(value) && Number(value) >= 0 ? undefined : 'a number of milliseconds, without a unit, such as 1000',
  ratio: (value) => (isNumber(value) && Number(value) >= 0 && Number(value) <= 1 ? undefined : 'a number from 0 to 1'),
  url: (value) => (/^https?:\/\/[^/\s]/.test(value) ? undefined : 'a URL that begins with http:// or https://'),
  choice: (value, { values }, name) => (values?.includes(sameCase(name, value)) ? undefined : oneOf(values)),
  list: (value, { values }, name) => {
    const wrong = value.split(',').find((one) => one.trim() !== '' && !values?.includes(one.trim()));
    return wrong === undefined || isOpen(name) || /METHODS$/.test(name) ? undefined : oneOf(values);
  },
  pairs: (value) =>
    value.split(',').every((one) => one.trim() === '' || /^\s*[^=\s]+\s*=/.test(one))
      ? undefined
      : 'name=value, separated by commas',
};

/** The SDK takes a level or a preference in any case. */
const sameCase = (name: string, value: string): string =>
  /LEVEL$|PREFERENCE$|AGGREGATION$|EXEMPLAR_FILTER$/.test(name) ? value.toLowerCase() : value;

function wrongValue(name: string, setting: Setting, value: string): string | undefined {
  const expected = checks[setting.kind](value, setting, name);
  if (expected === undefined) return undefined;
  const meant = nearest(value, setting.values ?? []);
  const guess = meant === undefined ? '' : ` Did you mean ${meant}?`;
  return `${name} is ${expected}, and this is \`${value.slice(0, 40)}\`.${guess}`;
}

function suggestSettings(text: string, at: number): Suggestions | undefined {
  const from = text.lastIndexOf('\n', at - 1) + 1;
  const before = text.slice(from, at);
  if (/^\s*#/.test(before)) return undefined;
  const [, start = '', name] = /^(\s*(?:export\s+)?(?:([A-Z_a-z0-9]+)\s*=\s*(?:[^,]*,)*\s*)?)/.exec(before) ?? [];
  const items = name === undefined ? nameItems(text.slice(at)) : valueItems(name);
  return items.length === 0 ? undefined : { from: from + start.length, items };
}

/** The equals sign is written too, unless it is there. */
function nameItems(after: string): Suggestion[] {
  const hasValue = /^[\w]*\s*=/.test(after);
  return [...SETTINGS.keys()].map((name, index) => ({
    label: hasValue ? name : `${name}=`,
    type: 'property',
    boost: Math.max(-90, 90 - index),
  }));
}

function valueItems(name: string): Suggestion[] {
  const { kind, values = [], fallback } = SETTINGS.get(name) ?? { kind: 'text' };
  const all = kind === 'boolean' ? ['true', 'false'] : [...values];
  const known = fallback === undefined || all.includes(fallback) || / /.test(fallback) ? all : [...all, fallback];
  return known.map((label, index) => ({ label, type: 'constant', boost: 90 - index }));
}

function explainSettings(text: string, at: number): Explanation | undefined {
  const line = linesOf(text).findLast(({ from }) => from <= at);
  const name = line && settingLine(line.text)?.name;
  const found = name === undefined ? undefined : SETTINGS.get(name);
  if (!line || !found || name === undefined) return undefined;
  return { from: line.from, to: line.from + line.text.length, ...wordsOf(name, found) };
}

function wordsOf(name: string, { doc, kind, values, fallback }: Setting): Omit<Explanation, 'from' | 'to'> {
  const isClosed = kind === 'choice' || kind === 'list';
  return {
    code: name,
    text: [
      doc,
      ...(values ? [`${isClosed ? 'Values' : 'For example'}: ${values.join(', ')}.`] : []),
      ...(fallback === undefined ? [] : [`Without it: ${fallback}.`]),
    ],
  };
}

function describeSetting(label: string): Omit<Explanation, 'from' | 'to'> | undefined {
  const name = label.replace(/=$/, '');
  const found = SETTINGS.get(name);
  return found && wordsOf(name, found);
}

export const settingsAssistant: Assistant = {
  opens: /^\s*[A-Za-z_]+$|^[^#]*=(?:[^\s]*)$/,
  keeps: /^[\w./:=-]*$/,
  check: (text) => Promise.resolve(checkSettings(text)),
  suggest: (text, at) => Promise.resolve(suggestSettings(text, at)),
  describe: (_text, _at, label) => Promise.resolve(describeSetting(label)),
  explain: (text, at) => Promise.resolve(explainSettings(text, at)),
};
