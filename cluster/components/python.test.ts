import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from '../../support/paths.ts';
import { tagOf } from './python.ts';

test("converts a Debian package's version to a valid image tag", () => {
  expect(tagOf('3.11.2-6+deb12u6')).toBe('3.11.2-6-deb12u6');
  expect(tagOf('1:3.13~rc1-2')).toBe('1-3.13-rc1-2');
});

test('pins every package of the Python image by its hashes', () => {
  const requirements = readFileSync(join(repoRoot, 'apps', 'flask', 'requirements.txt'), 'utf8')
    .replace(/^#.*\n/gm, '')
    .replaceAll('\\\n', ' ');
  const packages = requirements.trim().split('\n');
  expect(packages.length).toBeGreaterThan(20);
  for (const line of packages) expect(line).toMatch(/^[\w.-]+==\S+(\s+--hash=sha256:[0-9a-f]{64})+$/);
});
