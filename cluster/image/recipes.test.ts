import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FLASK, LAB, copyFlask, recipesIn } from './recipes.ts';
import { repoRoot } from '../../support/paths.ts';
import { versions } from '../../lab/versions.ts';

const pod = (image: string): string =>
  `      containers:\n        - name: a\n          image: "${image}"\n          ports: []\n`;

test.each([
  ['the defaults', [LAB.image], [LAB]],
  ['flask.enabled', [LAB.image, FLASK.image], [LAB, FLASK]],
  ['flask.enabled, and an image of the user’s own for the lab', ['ghcr.io/you/intro-otel:0.1.0', FLASK.image], [FLASK]],
  ['another tag', [`docker.io/library/intro-otel:${versions.lab}-mine`], []],
  ['a digest', [`${LAB.image}@sha256:${'a'.repeat(64)}`], []],
])('selects our images that the chart needs with %s', (_, images, expected) => {
  expect(recipesIn(images.map(pod).join(''))).toEqual(expected);
});

test("uses the image names of the chart's values", () => {
  const values = readFileSync(join(repoRoot, 'charts', 'lab', 'values.yaml'), 'utf8');
  for (const { image } of [LAB, FLASK])
    expect(values).toMatch(new RegExp(`^ *repository: "?${image.replace(/^docker\.io\/(.*):.*$/, '$1')}"?$`, 'm'));
});

test("lists an image's own source files, without tests and documents", async () => {
  const [lab, flask] = await Promise.all([LAB.files(), FLASK.files()]);
  expect(flask).toEqual(
    ['Dockerfile', 'app.py', 'app_manual.py', 'requirements.txt', 'run.sh', 'stage.sh'].map(
      (name) => `apps/flask/${name}`,
    ),
  );
  expect(lab).toEqual(expect.arrayContaining(['apps/Dockerfile', 'apps/dice/main.ts', 'package-lock.json']));
  expect(lab.filter((file) => /flask\/|\.test\.ts$|\.md$|node_modules/.test(file))).toEqual([]);
});

describe('a checkout on Windows', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'recipes-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const SCRIPTS = ['run.sh', 'stage.sh'];

  function git(cwd: string, ...args: string[]): void {
    const env = { PATH: process.env['PATH'], HOME: directory, GIT_CONFIG_NOSYSTEM: '1' };
    const { status, stderr } = spawnSync('git', args, { cwd, encoding: 'utf8', env });
    if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  }

  test('has scripts that a shell can read, although git is set to convert line ends', () => {
    const source = join(directory, 'source');
    cpSync(join(repoRoot, 'apps', 'flask'), source, { recursive: true });
    cpSync(join(repoRoot, '.gitattributes'), join(source, '.gitattributes'));
    git(source, 'init', '--quiet');
    git(source, 'add', '.');
    git(source, '-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message', 'a');
    git(directory, '-c', 'core.autocrlf=true', 'clone', '--quiet', source, 'clone');
    for (const name of SCRIPTS) expect(readFileSync(join(directory, 'clone', name), 'utf8')).not.toContain('\r');
  });

  test("gives the Python app's image scripts that a shell can read, if the files have CRLF line ends", async () => {
    const source = join(directory, 'source');
    cpSync(join(repoRoot, 'apps', 'flask'), source, { recursive: true });
    for (const name of SCRIPTS) {
      const text = readFileSync(join(source, name), 'utf8');
      writeFileSync(join(source, name), text.replaceAll('\n', '\r\n'));
    }
    await copyFlask(source, join(directory, 'context'));
    expect(readdirSync(join(directory, 'context'))).toEqual(expect.arrayContaining(SCRIPTS));
    for (const name of SCRIPTS)
      expect(spawnSync('sh', ['-n', join(directory, 'context', name)], { encoding: 'utf8' }).stderr).toBe('');
    expect(spawnSync('sh', ['-n', join(source, 'run.sh')], { encoding: 'utf8' }).status).not.toBe(0);
  });
});
