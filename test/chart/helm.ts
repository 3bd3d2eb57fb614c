// Runs the real helm on the chart, and reads what it prints.
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Tags } from 'yaml';
import { repoRoot } from '../../support/paths.ts';
import { silentProgress } from '../../support/progress.ts';
import { run } from '../../support/run.ts';
import type { RunResult } from '../../support/run.ts';
import { helmPath } from '../../cluster/tools.ts';
import type { AnyObject } from '../../cdk8s/render.ts';
import { UNCOLLECTED } from '../support/cluster/cluster.ts';

export const chart = join(repoRoot, 'charts', 'lab');

/** HELM in the environment names another one to test with. */
const path = process.env.HELM ?? helmPath(silentProgress());

/** Runs helm, and leaves it to the caller what a failure means. */
const helm = async (args: readonly string[], input = ''): Promise<RunResult> =>
  run(await path, args, { input, env: UNCOLLECTED, allowFailure: true, timeout: 60_000 });

/** JSON that every YAML parser reads: the characters that YAML wants escaped are. */
const yamlSafe = (values: unknown): string =>
  JSON.stringify(values).replace(
    /[\u007f-\ud7ff\ue000-\uffff]/g,
    (of) => `\\u${of.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

export interface Release {
  readonly release: string;
  readonly namespace: string;
  readonly values: unknown;
}

/** The Kubernetes that helm is to think of: one that was built without saying so thinks of 1.20. */
const KUBERNETES = ['--kube-version', '1.34.4'];

/** `helm template`, without the test hooks. */
export const template = ({ release, namespace, values }: Release): Promise<RunResult> =>
  helm(
    ['template', release, chart, '--namespace', namespace, '--skip-tests', '--values', '-', ...KUBERNETES],
    yamlSafe(values),
  );

export const lint = (): Promise<RunResult> => helm(['lint', '--strict', chart, ...KUBERNETES]);

/** Go's YAML, unlike this one, wants a digit in a number: E0 and . are text to it. */
const withDigits = (tags: Tags): Tags =>
  tags.map((tag) =>
    typeof tag === 'object' && tag.tag === 'tag:yaml.org,2002:float' && 'test' in tag
      ? ({ ...tag, test: new RegExp(`^(?=[-+]?\\.?[0-9])${tag.test?.source ?? ''}`) } as typeof tag)
      : tag,
  );

function parse(text: string, version: '1.1' | '1.2'): AnyObject[] {
  return parseAllDocuments(text, { version, customTags: withDigits }).map((document) => {
    if (document.errors.length > 0)
      throw new Error(`helm printed what isn't YAML: ${document.errors.join('\n')}\n${text}`);
    return document.toJS() as AnyObject;
  });
}

/**
 * The objects in helm's output as YAML 1.1 reads them, which is Kubernetes' own, having made sure that YAML 1.2 reads
 * the same.
 */
export function parseManifests(text: string): AnyObject[] {
  const objects = parse(text, '1.1');
  expect(parse(text, '1.2')).toEqual(objects);
  return objects;
}

/** Objects by kind, namespace and name, since the order of objects means nothing. */
export const byName = (objects: readonly AnyObject[]): Record<string, AnyObject> =>
  Object.fromEntries(
    objects.map((object) => [`${object.kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}`, object]),
  );
