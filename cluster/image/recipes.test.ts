import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FLASK, LAB, recipesIn } from './recipes.ts';
import { repoRoot } from '../../support/paths.ts';

const pod = (image: string): string =>
  `      containers:\n        - name: a\n          image: "${image}"\n          ports: []\n`;

test.each([
  ['the defaults', [LAB.image], [LAB]],
  ['flask.enabled', [LAB.image, FLASK.image], [LAB, FLASK]],
  ['flask.enabled, and an image of the user’s own for the lab', ['ghcr.io/you/intro-otel:0.1.0', FLASK.image], [FLASK]],
  ['another tag', ['docker.io/library/intro-otel:0.1.0-mine'], []],
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
