import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hueOf, hues, services } from './hue.ts';

const styles = ['tokens.css', 'trace.css'].map((name) =>
  readFileSync(join(import.meta.dirname, '..', 'style', name), 'utf8'),
);

test('gives each service of the lab a colour that no other service has', () => {
  const known = services.map(hueOf);
  expect(new Set(known).size).toBe(services.length);
  const others = ['my-dice', 'unknown_service:node', 'payments', '', 'dice2', 'DICE'].map(hueOf);
  expect(others.filter((hue) => known.includes(hue) || hue >= hues)).toEqual([]);
  expect(new Set(others).size).toBeGreaterThan(2);
});

test('has each colour in the style sheets', () => {
  for (let hue = 0; hue < hues; hue += 1)
    for (const [at, text] of [`--hue-${hue}:`, `.hue-${hue} {`].entries()) expect(styles[at]).toContain(text);
});
