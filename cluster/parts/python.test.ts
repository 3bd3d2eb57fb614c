import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from '../support/paths.ts';
import { findProgram } from './packages.ts';
import { PYTHON, pythonBaseImage, tagOf } from './python.ts';

test('a Debian version becomes a tag that an image can have', () => {
  expect(tagOf('3.11.2-6+deb12u6')).toBe('3.11.2-6-deb12u6');
  expect(tagOf('1:3.13~rc1-2')).toBe('1-3.13-rc1-2');
});

// As the throwaway cluster itself: what it is made of is Debian's.
const onDebian = findProgram('dpkg-query') !== undefined && existsSync(PYTHON) ? test : test.skip;

onDebian('the base image has Python, what it and its packages load, a shell, and the standard library with what was compiled of it', async () => {
  const { name, entries } = await pythonBaseImage();
  expect(name).toMatch(/^throwaway\.intro-otel\.dev\/python:3\.\d+\.\d+[\w.-]*$/);
  const paths = entries.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining([PYTHON, '/bin/sh', '/usr/bin/env', '/tmp']));
  for (const library of ['libc.so.6', 'libpthread.so.0', 'libssl.so.3', 'libstdc++.so.6']) expect(paths.filter((path) => path.endsWith(`/${library}`))).toHaveLength(1);
  expect(new Set(paths).size).toBe(paths.length);
});

onDebian('what Python has compiled is of the very time that the file has in the image, or it would be compiled again at each start', async () => {
  const { entries } = await pythonBaseImage();
  const json = entries.find(({ path }) => path.endsWith('/json/__init__.py'));
  const compiled = entries.find(({ path }) => /\/json\/__pycache__\/__init__\.[\w-]+\.pyc$/.test(path));
  if (compiled?.from === undefined || !('source' in compiled.from)) throw new Error('json is not compiled');
  // https://peps.python.org/pep-0552/: four bytes of magic, four of flags, then the seconds since 1970 of what was compiled
  expect(readFileSync(compiled.from.source).readUInt32LE(8)).toBe(json?.time);
});

test('each package of the image in Python is known by its hashes', () => {
  const requirements = readFileSync(join(repoRoot, 'apps', 'flask', 'requirements.txt'), 'utf8').replace(/^#.*\n/gm, '').replaceAll('\\\n', ' ');
  const packages = requirements.trim().split('\n');
  expect(packages.length).toBeGreaterThan(20);
  for (const line of packages) expect(line).toMatch(/^[\w.-]+==\S+(\s+--hash=sha256:[0-9a-f]{64})+$/);
});
