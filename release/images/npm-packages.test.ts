import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Metafile } from 'esbuild';
import { repoRoot } from '../../support/paths.ts';
import { copyLicenses, npmPackages } from './npm-packages.ts';

const input = (bytesInOutput: number) => ({ bytesInOutput });
const metafile = (inputs: Record<string, { bytesInOutput: number }>): Metafile => ({
  inputs: {},
  outputs: { 'a.js': { bytes: 1, inputs, imports: [], exports: [] } },
});
const locked = { version: '1.0.0', license: 'MIT', integrity: 'sha512-AAAA' };
const lockfile = {
  packages: {
    'node_modules/a': locked,
    'node_modules/@b/c': { ...locked, version: '2.0.0' },
    'node_modules/a/node_modules/d': { version: '1.0.0', license: 'MIT', inBundle: true },
    'apps/node_modules/e': locked,
  },
};
const purlsOf = (inputs: Record<string, { bytesInOutput: number }>, staged = new Map<string, string>()) =>
  npmPackages({ staged, metafiles: [metafile(inputs)] }, lockfile).map(({ purl }) => purl);

test('lists the packages of a bundle by their folders, and not our own files', () => {
  const paths = ['node_modules/a/x.js', 'node_modules/@b/c/x.js', 'node_modules/a/node_modules/d/x.js', 'apps/x.ts'];
  expect(purlsOf(Object.fromEntries(paths.map((path) => [path, input(1)])))).toEqual([
    'pkg:npm/%40b/c@2.0.0',
    'pkg:npm/a@1.0.0',
    'pkg:npm/d@1.0.0',
  ]);
});

test('leaves out a package of which the bundle contains nothing', () => {
  expect(purlsOf({ 'node_modules/a/x.js': input(0), 'lazy:a': input(9) })).toEqual([]);
});

test('lists the packages that are copied and not bundled', () => {
  const staged = new Map([['e', join(repoRoot, 'apps', 'node_modules', 'e')]]);
  expect(purlsOf({}, staged)).toEqual(['pkg:npm/e@1.0.0']);
});

test('names the package that package-lock.json does not describe', () => {
  expect(() => purlsOf({ 'node_modules/unknown/x.js': input(1) })).toThrow('of node_modules/unknown in package-lock');
});

describe("the lab's image", () => {
  let dist: string;
  let built: { staged: [string, string][]; metafiles: Metafile[] };

  // In a separate process, because esbuild doesn't work inside jest.
  beforeAll(() => {
    dist = mkdtempSync(join(tmpdir(), 'npm-packages-'));
    const program = `
      const { buildApps } = await import(${JSON.stringify(join(repoRoot, 'cluster', 'image', 'build.ts'))});
      const { staged, metafiles } = await buildApps(${JSON.stringify(join(dist, 'dist'))});
      process.stdout.write(JSON.stringify({ staged: [...staged], metafiles }));`;
    const options = {
      cwd: dist,
      encoding: 'utf8',
      maxBuffer: Infinity,
      env: { ...process.env, NODE_OPTIONS: '' },
    } as const;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], options);
    if (stdout === '') throw new Error(`expected the build of the apps to succeed, found: ${stderr}`);
    built = JSON.parse(stdout) as typeof built;
  }, 60_000);
  afterAll(() => rmSync(dist, { recursive: true }));

  const apps = () => ({ ...built, staged: new Map(built.staged) });
  const packages = () => npmPackages(apps());

  /** Lists the files of packages of which a bundle contains at least one byte. */
  const bundledFiles = (): string[] =>
    built.metafiles
      .flatMap(({ outputs }) => Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs)))
      .flatMap(([path, { bytesInOutput }]) => (path.includes('node_modules/') && bytesInOutput > 0 ? [path] : []));

  test('has each bundled package in its list, in the version that is installed', () => {
    const versions = new Set(packages().map(({ name, version }) => `${name} ${version}`));
    const folders = new Set(bundledFiles().map((path) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? ''));
    expect(folders.size).toBeGreaterThan(100);
    for (const folder of folders) {
      const { name, version } = JSON.parse(readFileSync(join(repoRoot, folder, 'package.json'), 'utf8')) as {
        name: string;
        version: string;
      };
      expect(versions).toContain(`${name} ${version}`);
    }
  });

  test('has each copied package in its list, and nothing that is neither copied nor bundled', () => {
    const copied = globSync('node_modules/{*,@*/*}/package.json', { cwd: join(dist, 'dist') });
    const copiedNames = copied.map((path) => relative('node_modules', join(path, '..')));
    const names = new Set(packages().map(({ name }) => name));
    for (const name of copiedNames) expect(names).toContain(name);
    const bundled = bundledFiles();
    for (const name of names)
      expect([
        name,
        copiedNames.includes(name) || bundled.some((path) => path.includes(`node_modules/${name}/`)),
      ]).toEqual([name, true]);
  });

  test('gets the license of each package, bundled or copied', () => {
    copyLicenses(apps(), join(dist, 'licenses'));
    for (const name of ['express', '@kubernetes/client-node', '@codemirror/view', 'pino'])
      expect(readFileSync(join(dist, 'licenses', name, 'LICENSE'), 'utf8')).toMatch(/MIT|Apache License/);
    const files = readdirSync(join(dist, 'licenses'), { recursive: true, encoding: 'utf8' });
    const without = packages().filter(({ name }) => !files.some((path) => `/${path}`.includes(`/${name}/`)));
    // Its author publishes no license file, and names the license in package.json.
    expect(without.map(({ name }) => name)).toEqual(['stream-buffers']);
  });

  test('holds no path of the machine that built it', () => {
    const files = readdirSync(join(dist, 'dist'), { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    expect(files.length).toBeGreaterThan(100);
    const holding = files.filter(({ parentPath, name }) => {
      const text = readFileSync(join(parentPath, name), 'utf8');
      return text.includes(repoRoot) || text.includes(dist);
    });
    expect(holding).toEqual([]);
  });
});
