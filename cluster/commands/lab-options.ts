// The options that select a lab's cluster, namespace, release and values, and the helm arguments for them.
import type { Recipe } from '../image/recipes.ts';
import type { Given, Options } from '../../support/options.ts';
import { fileOf, nameOf, releaseNameOf } from './command.ts';

export const DEFAULT_NAME = 'intro-otel';

export const placeOptions = {
  context: { value: 'NAME', help: 'the kubectl context to use, also if it is not current or not on this machine' },
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

/**
 * Reads the lab's context, namespace and release from the options. @throws UsageError for a name that Kubernetes does
 * not accept
 */
export function placeOf(given: Given<typeof placeOptions>): Place {
  return {
    context: given.context,
    namespace: nameOf(given.namespace ?? DEFAULT_NAME, '--namespace'),
    release: releaseNameOf(given.release ?? DEFAULT_NAME, '--release'),
  };
}

/**
 * Builds the helm arguments for the values. Paths become absolute, because helm runs in another directory.
 * @throws UsageError if a file does not exist
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

/** Returns whether the chart values name an image that replaces ours, so that we need not build ours. */
export function namesImage(given: Given<typeof valueOptions>, { value }: Pick<Recipe, 'value'>): boolean {
  const named = ['registry', 'repository', 'tag'].map((part) => `${value}.${part}=`);
  return [...(given.set ?? []), ...(given['set-string'] ?? [])].some((option) =>
    option.split(',').some((pair) => named.some((name) => pair.startsWith(name))),
  );
}
