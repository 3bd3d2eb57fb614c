import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { productFiles, productOf, products, productTitles } from './index.ts';

test('lists every product file, under the name of the file', () => {
  expect(products.map(({ kind }) => `${kind}.ts`)).toEqual(productFiles());
  expect(productFiles()).toContain('kind.ts');
});

test.each(productFiles())('has a test file for the product file %s', (file) => {
  expect(existsSync(join(import.meta.dirname, file.replace(/\.ts$/, '.test.ts')))).toBe(true);
});

test.each(products.map((product) => [product.kind, product] as const))(
  'knows exactly one way to bring an image to %s',
  (_, product) => {
    expect([product.engine, product.loadCommand].filter((way) => way !== undefined)).toHaveLength(1);
  },
);

test.each([
  ['gke_team_europe_prod', 'https://127.0.0.1:6443'],
  ['docker-desktop', undefined],
])('recognizes no product for the context %s with server %s', (name, server) => {
  expect(productOf({ name, server }, { devclusterServer: undefined })).toBeUndefined();
});

test('lists the titles of all products except our own throwaway cluster', () => {
  expect(productTitles).toContain('Docker Desktop');
  expect(productTitles).not.toContain('throwaway');
});
