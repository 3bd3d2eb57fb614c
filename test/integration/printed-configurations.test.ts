// Gives every Collector configuration that the course and the docs print to the pinned Collector, which checks the
// components, their settings and the pipelines. It needs the Collector's program, and no cluster.
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { SomeValues } from '../../cdk8s/render.ts';
import { binary } from '../../cluster/components/build.ts';
import { JAEGER_EXPORTER, OLD_JAEGER_EXPORTER } from '../../lab/names.ts';
import { repoRoot } from '../../support/paths.ts';
import { run } from '../../support/run.ts';
import { collectorConfigOf } from '../support/otlp/collector.ts';
import { pages, yamlIn } from '../support/printed.ts';

const collector = binary('collector');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'printed-configurations-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `validate` with the lab's configuration and a learner's file. @returns what the Collector refuses */
async function refusal(config: string, own = '{}'): Promise<string> {
  const files = [config, own].map((text, index) => {
    const file = join(folder, `${index}.yaml`);
    writeFileSync(file, text);
    return `--config=${file}`;
  });
  const { code, stderr } = await run(collector, ['validate', ...files], {
    allowFailure: true,
    env: { POD_NAMESPACE: 'a', API_KEY: 'b' },
  });
  return code === 0 ? '' : stderr;
}

const SECTIONS = ['receivers', 'processors', 'exporters', 'connectors', 'extensions', 'service'];
const isOwn = (block: Record<string, unknown>): boolean => Object.keys(block).every((key) => SECTIONS.includes(key));
const printed = pages.flatMap((page) => yamlIn(page).map((block) => ({ path: page.path, block })));
const ownFiles = globSync('course/steps/*/{files,start}/collector.yaml', { cwd: repoRoot }).sort();

test('the pinned Collector refuses a component that it does not have', async () => {
  expect(await refusal(collectorConfigOf(), 'exporters: { logging: {} }\n')).toContain('logging');
  expect(await refusal(collectorConfigOf(), 'exporters: { debug: { verbose: 1 } }\n')).toContain('verbose');
  expect(await refusal(collectorConfigOf(), 'processors: { k8s_attributes: {} }\n')).toContain('k8s_attributes');
});

test.each([JAEGER_EXPORTER, OLD_JAEGER_EXPORTER])(
  'the pinned Collector accepts a pipeline that names %s, with and without settings for it',
  async (name) => {
    const service = { pipelines: { traces: { exporters: [name] } } };
    expect(await refusal(collectorConfigOf(), stringify({ service }))).toBe('');
    expect(await refusal(collectorConfigOf(), stringify({ service, exporters: { [name]: { timeout: '9s' } } }))).toBe(
      '',
    );
  },
);

test.each(printed.filter(({ block }) => isOwn(block)))(
  'the pinned Collector accepts what $path prints for collector.yaml',
  async ({ block }) => {
    expect(await refusal(collectorConfigOf(), stringify(block))).toBe('');
  },
);

test.each(printed.filter(({ block }) => 'collector' in block))(
  'the pinned Collector accepts the configuration of the values in $path',
  async ({ block }) => {
    expect(await refusal(collectorConfigOf(block as SomeValues))).toBe('');
  },
);

test.each(ownFiles)('the pinned Collector accepts %s', async (file) => {
  const text = readFileSync(join(repoRoot, file), 'utf8');
  expect(parse(text)).not.toBeNull();
  expect(await refusal(collectorConfigOf(), text)).toBe('');
});

test('the pinned Collector has every component that the course names in its text', async () => {
  const { stdout } = await run(collector, ['components']);
  const has = new Set([...stdout.matchAll(/^ {4}- name: (\w+)$/gm)].map(([, name]) => name));
  const named = pages
    .filter(({ path }) => path.startsWith('course/'))
    .flatMap(({ text }) => [...text.matchAll(/`([a-z0-9_]+)\/[a-z]+`|`([a-z0-9]+_[a-z_]+r)`/g)])
    .map(([, type, alone]) => type ?? alone);
  expect(named).toEqual(expect.arrayContaining(['attributes', 'probabilistic_sampler', 'memory_limiter']));
  expect(named.filter((name) => !has.has(name))).toEqual([]);
});
