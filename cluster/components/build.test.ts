import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { silentProgress } from '../../support/progress.ts';
import { ensureBuilt } from './build.ts';
import { componentDir } from './catalog.ts';
import type { Component } from './catalog.ts';

const onLinux = process.platform === 'linux' ? test : test.skip;
const before = { PATH: process.env['PATH'], INTRO_OTEL_CACHE: process.env['INTRO_OTEL_CACHE'] };
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'build-'));
  process.env['INTRO_OTEL_CACHE'] = join(directory, 'cache');
  process.env['PATH'] = [directory, before.PATH].join(delimiter);
});
afterEach(() => {
  process.env['PATH'] = before.PATH;
  if (before.INTRO_OTEL_CACHE === undefined) delete process.env['INTRO_OTEL_CACHE'];
  else process.env['INTRO_OTEL_CACHE'] = before.INTRO_OTEL_CACHE;
  rmSync(directory, { recursive: true });
});

/**
 * Puts a fake program `go` on the PATH. The fake `go` logs its arguments. Called as `go build`, it also runs the shell
 * command `build`, with the output directory in $out.
 */
function fakeGo(build: string, version = 'go1.26.8'): { calls: () => string[] } {
  const log = join(directory, 'calls');
  const script = `#!/bin/sh
echo "$*" >>${log}
if [ "$1" = version ]; then echo "go version ${version} linux/amd64"; exit; fi
while [ $# -gt 0 ]; do if [ "$1" = -o ]; then out=$2; fi; shift; done
${build}
`;
  writeFileSync(join(directory, 'go'), script);
  chmodSync(join(directory, 'go'), 0o755);
  return {
    calls: () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('build ')),
  };
}

function component(name = 'tool'): Component {
  const source = join(directory, 'source', name);
  mkdirSync(source, { recursive: true });
  writeFileSync(join(source, 'go.mod'), 'module x\n');
  return { name, version: '1.0.0', directory: source, packages: ['.'], cold: { packages: 1, seconds: 1 } };
}

onLinux('does not build a component that is in the cache', async () => {
  const go = fakeGo('touch "$out/tool"');
  const tool = component();
  await ensureBuilt([tool], silentProgress());
  await ensureBuilt([tool], silentProgress());
  expect(existsSync(join(componentDir(tool), 'tool'))).toBe(true);
  expect(go.calls()).toHaveLength(1);
});

onLinux('builds a component only once if two runs need it at the same time', async () => {
  const go = fakeGo('sleep 0.2; touch "$out/tool"');
  const tool = component();
  await Promise.all([ensureBuilt([tool], silentProgress()), ensureBuilt([tool], silentProgress())]);
  expect(go.calls()).toHaveLength(1);
});

onLinux('reports why a build failed, and leaves no incomplete build in the cache', async () => {
  fakeGo('touch "$out/tool"; echo "no space left on device" >&2; exit 1');
  const tool = component();
  await expect(ensureBuilt([tool], silentProgress())).rejects.toMatchObject({
    advice: { found: expect.stringContaining('no space left') as string },
  });
  expect(existsSync(componentDir(tool))).toBe(false);
});

onLinux('fails if a build produces no binary', async () => {
  fakeGo('true');
  await expect(ensureBuilt([component()], silentProgress())).rejects.toThrow('left no tool');
});

onLinux('removes unfinished builds of a killed run', async () => {
  fakeGo('touch "$out/tool"');
  const tool = component();
  mkdirSync(`${componentDir(tool)}.unfinished-1`, { recursive: true });
  await ensureBuilt([tool], silentProgress());
  expect(readdirSync(dirname(componentDir(tool)))).toEqual([expect.stringMatching(/^tool-1\.0\.0-[0-9a-f]{12}$/)]);
});

onLinux('starts no other build after a build has failed', async () => {
  const go = fakeGo('exit 1');
  await expect(ensureBuilt(['a', 'b', 'c', 'd'].map(component), silentProgress())).rejects.toThrow('go failed');
  expect(go.calls().length).toBeLessThanOrEqual(2);
});

onLinux('refuses a Go that is too old to download the pinned Go version', async () => {
  fakeGo('true', 'go1.19.8');
  await expect(ensureBuilt([component()], silentProgress())).rejects.toMatchObject({
    message: 'Go is too old.',
    advice: { found: expect.stringContaining('go1.19.8') as string },
  });
});
