// The options that say where a lab is and what is in it, and the arguments for helm.
import type { Recipe } from '../image/recipes.ts';
import type { Given, Options } from '../../support/options.ts';
import { fileOf, nameOf } from './command.ts';

export const DEFAULT_NAME = 'intro-otel';

export const placeOptions = {
  context: { value: 'NAME', help: 'the kubectl context to use, whichever is current and whether or not it is local' },
  namespace: { value: 'NAME', help: `the namespace of the lab (${DEFAULT_NAME})` },
  release: { value: 'NAME', help: `the name of the helm release (${DEFAULT_NAME})` },
} as const satisfies Options;

export const valueOptions = {
  values: { value: 'FILE', short: 'f', multiple: true, help: "values for the chart, as helm's --values" },
  set: {
    value: 'KEY=VALUE',
    multiple: true,
    help: "a value for the chart, as helm's --set (also --set-string, --set-file)",
  },
  'set-string': { value: 'KEY=VALUE', multiple: true, help: "as helm's --set-string" },
  'set-file': { value: 'KEY=FILE', multiple: true, help: "as helm's --set-file: --set-file dice.source=app.ts" },
} as const satisfies Options;

export interface Place {
  readonly context: string | undefined;
  readonly namespace: string;
  readonly release: string;
}

/** Reads where the lab is. @throws UsageError for a name that Kubernetes does not accept */
export function placeOf(given: Given<typeof placeOptions>): Place {
  return {
    context: given.context,
    namespace: nameOf(given.namespace ?? DEFAULT_NAME, '--namespace'),
    release: nameOf(given.release ?? DEFAULT_NAME, '--release'),
  };
}

/**
 * The arguments for helm. Paths become absolute, since helm runs in another directory.
 * @throws UsageError for a missing file
 */
export function helmValues(given: Given<typeof valueOptions>): string[] {
  return [
    ...(given.values ?? []).flatMap((file) => ['--values', isUrl(file) ? file : fileOf(file, '--values')]),
    ...(given.set ?? []).flatMap((value) => ['--set', value]),
    ...(given['set-string'] ?? []).flatMap((value) => ['--set-string', value]),
    ...(given['set-file'] ?? []).flatMap((value) => ['--set-file', withFile(value)]),
  ];
}

function withFile(value: string): string {
  const at = value.indexOf('=') + 1;
  return `${value.slice(0, at)}${fileOf(value.slice(at), '--set-file')}`;
}

function isUrl(text: string): boolean {
  return /^https?:\/\//.test(text);
}

/** Whether the values name another image in place of ours, so that ours need not be built. */
export function namesImage(given: Given<typeof valueOptions>, { value }: Pick<Recipe, 'value'>): boolean {
  const named = ['registry', 'repository', 'tag'].map((part) => `${value}.${part}=`);
  return [...(given.set ?? []), ...(given['set-string'] ?? [])].some((option) =>
    option.split(',').some((pair) => named.some((name) => pair.startsWith(name))),
  );
}
