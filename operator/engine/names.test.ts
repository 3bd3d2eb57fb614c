import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const ENGINE = import.meta.dirname;
const sources = readdirSync(ENGINE).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));

const DOMAIN_NAMES = /intro.?otel|workshop|seat|attendee|instructor|dice/i;

test('finds the source files of the engine, in which the next test searches for words', () => {
  expect(sources).toContain('manager.ts');
});

test.each(sources)('finds no word of the workshop domain, such as seat or attendee, in engine/%s', (file) => {
  const lines = readFileSync(join(ENGINE, file), 'utf8').split('\n');
  expect(lines.filter((line) => DOMAIN_NAMES.test(line))).toEqual([]);
});
