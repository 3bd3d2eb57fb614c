// Runs the real helm on the chart and parses its output.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Tags } from 'yaml';
import { repoRoot } from '../../support/paths.ts';
import { silentProgress } from '../../support/progress.ts';
import { run } from '../../support/run.ts';
import type { RunResult } from '../../support/run.ts';
import { helmPath } from '../../cluster/tools.ts';
import { VERSION } from '../../cdk8s/values.ts';
import type { AnyObject } from '../../cdk8s/render.ts';
import { UNCOLLECTED } from '../support/cluster/cluster.ts';

export const chart = join(repoRoot, 'charts', 'lab');

/** Path of the helm binary. The environment variable HELM may name another binary. */
const path = process.env.HELM ?? helmPath(silentProgress());

/** Runs helm and returns the result, even if helm fails. */
const helm = async (args: readonly string[], input = ''): Promise<RunResult> =>
  run(await path, args, { input, env: UNCOLLECTED, allowFailure: true, timeout: 60_000 });

/**
 * Returns JSON that every YAML parser can read: characters that YAML requires to be escaped are escaped. It ends with a
 * newline, because Helm 4.1.4 ignores values of exactly 4,096 bytes on one line.
 */
const yamlSafe = (values: unknown): string => {
  const escaped = JSON.stringify(values).replace(
    /[\u007f-\ud7ff\ue000-\uffff]/g,
    (of) => `\\u${of.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${escaped}\n`;
};

export interface Release {
  readonly release: string;
  readonly namespace: string;
  readonly values: unknown;
  /** More arguments for helm. */
  readonly options?: readonly string[];
}

/** Arguments that set the Kubernetes version. Some builds of helm otherwise assume version 1.20. */
const KUBERNETES = ['--kube-version', '1.34.4'];

/** Packs the chart and vendors it into a chart that depends on it, and runs `helm template` on that one. */
export async function templateAsDependency(values: unknown): Promise<RunResult> {
  const parent = await mkdtemp(join(tmpdir(), 'intro-otel-parent-'));
  try {
    const dependencies = [{ name: 'intro-otel', version: VERSION, condition: 'intro-otel.enabled' }];
    const { code, stderr } = await helm(['package', chart, '--destination', join(parent, 'charts')]);
    if (code !== 0) throw new Error(`Expected helm to pack the chart, found: ${stderr}`);
    await writeFile(
      join(parent, 'Chart.yaml'),
      JSON.stringify({ apiVersion: 'v2', name: 'class', version: '1.0.0', dependencies }),
    );
    return await helm(['template', 'class', parent, '--values', '-', ...KUBERNETES], yamlSafe(values));
  } finally {
    await rm(parent, { recursive: true });
  }
}

/** Runs `helm template` without the test hooks. */
export const template = ({ release, namespace, values, options = [] }: Release): Promise<RunResult> =>
  helm(
    ['template', release, chart, '--namespace', namespace, '--skip-tests', '--values', '-', ...options, ...KUBERNETES],
    yamlSafe(values),
  );

export const lint = (): Promise<RunResult> => helm(['lint', '--strict', chart, ...KUBERNETES]);

/**
 * Makes the YAML parser read `E0` and `.` as text, not as numbers. Go's parser does the same, because a number needs a
 * digit.
 */
const withDigits = (tags: Tags): Tags =>
  tags.map((tag) =>
    typeof tag === 'object' && tag.tag === 'tag:yaml.org,2002:float' && 'test' in tag
      ? ({ ...tag, test: new RegExp(`^(?=[-+]?\\.?[0-9])${tag.test?.source ?? ''}`) } as typeof tag)
      : tag,
  );

function parse(text: string, version: '1.1' | '1.2'): AnyObject[] {
  return parseAllDocuments(text, { version, customTags: withDigits }).map((document) => {
    if (document.errors.length > 0)
      throw new Error(`Expected helm to print YAML, found errors: ${document.errors.join('\n')}\n${text}`);
    return document.toJS() as AnyObject;
  });
}

/** Parses helm's output as YAML 1.1, which Kubernetes uses, and expects the same result from YAML 1.2. */
export function parseManifests(text: string): AnyObject[] {
  const objects = parse(text, '1.1');
  expect(parse(text, '1.2')).toEqual(objects);
  return objects;
}

/** Maps kind, namespace and name to each object, so that their order doesn't matter in comparisons. */
export const byName = (objects: readonly AnyObject[]): Record<string, AnyObject> =>
  Object.fromEntries(
    objects.map((object) => [`${object.kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}`, object]),
  );
