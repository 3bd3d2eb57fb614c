import { parse } from 'yaml';
import { chartFiles } from './chart.ts';
import type { Release } from './chart.ts';
import { versions } from '../../lab/versions.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;
const image = (name: string) => ({
  registry: 'registry.example:5000',
  repository: `otel/${name}`,
  tag: `${versions.lab}@${DIGEST}`,
});
const release: Release = {
  chart: 'oci://registry.example:5000/otel/intro-otel',
  images: {
    image: image('intro-otel'),
    flask: { image: image('intro-otel-flask') },
    terminal: { image: image('intro-otel-terminal') },
  },
};

const files = chartFiles(release);
const file = (path: string): string => files.get(path) ?? '';

test('has the digests of the images in the default values of a released chart, and no other change', () => {
  const values = (some: ReadonlyMap<string, string>) => parse(some.get('values.yaml') ?? '') as Record<string, object>;
  const [inCheckout, released] = [values(chartFiles()), values(files)];
  expect(released).toEqual({
    ...inCheckout,
    image: { ...inCheckout['image'], ...image('intro-otel') },
    flask: { ...inCheckout['flask'], image: image('intro-otel-flask') },
    terminal: { ...inCheckout['terminal'], image: image('intro-otel-terminal') },
  });
  expect(parse((parse(file('Chart.yaml')) as Chart).annotations['artifacthub.io/images'] ?? '')).toContainEqual({
    name: 'intro-otel',
    image: `registry.example:5000/otel/intro-otel:${versions.lab}@${DIGEST}`,
  });
});

interface Chart {
  annotations: Record<string, string>;
}

test.each(['templates/NOTES.txt', 'README.md'])('names the chart by its address in %s of a released chart', (path) => {
  expect(file(path)).toContain(`${release.chart} --version ${versions.lab}`);
  expect(file(path)).not.toMatch(/charts\/lab|npm run image|workshop\.yaml/);
  expect(chartFiles().get(path)).toContain('./charts/lab');
});

test('has the same templates in a released chart as in a checkout, except the notes', () => {
  const templates = (some: ReadonlyMap<string, string>) =>
    [...some].filter(([path]) => /^(templates|files)\//.test(path) && !path.endsWith('NOTES.txt'));
  expect(templates(files)).toEqual(templates(chartFiles()));
});
