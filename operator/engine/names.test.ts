import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const ENGINE = import.meta.dirname;
const sources = readdirSync(ENGINE).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));

const DOMAIN_NAMES = /intro.?otel|workshop|seat|attendee|instructor|dice/i;

test('finds the source files of the engine, so that the next test checks something', () => {
  expect(sources).toContain('manager.ts');
});

test.each(sources)('engine/%s contains no word of the workshop domain, such as seat or attendee', (file) => {
  const lines = readFileSync(join(ENGINE, file), 'utf8').split('\n');
  expect(lines.filter((line) => DOMAIN_NAMES.test(line))).toEqual([]);
});
