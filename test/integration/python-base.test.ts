// Tests the base image for the Python app on machines that can't pull one. The image is built from Debian packages.
import { readFileSync } from 'node:fs';
import { PYTHON, pythonBaseImage } from '../../cluster/components/python.ts';

test('the base image holds Python, its libraries, a shell, and the compiled standard library', async () => {
  const { name, entries } = await pythonBaseImage();
  expect(name).toMatch(/^throwaway\.intro-otel\.dev\/python:3\.\d+\.\d+[\w.-]*$/);
  const paths = entries.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining([PYTHON, '/bin/sh', '/usr/bin/env', '/tmp']));
  for (const library of ['libc.so.6', 'libpthread.so.0', 'libssl.so.3', 'libstdc++.so.6'])
    expect(paths.filter((path) => path.endsWith(`/${library}`))).toHaveLength(1);
  expect(new Set(paths).size).toBe(paths.length);
});

test("a .pyc file records its source's modification time, so that Python need not compile at each start", async () => {
  const { entries } = await pythonBaseImage();
  const json = entries.find(({ path }) => path.endsWith('/json/__init__.py'));
  const compiled = entries.find(({ path }) => /\/json\/__pycache__\/__init__\.[\w-]+\.pyc$/.test(path));
  if (compiled?.from === undefined || !('source' in compiled.from)) throw new Error('expected json to be compiled');
  // A .pyc file begins with four bytes of magic, four of flags, and the source's time in seconds since 1970:
  // https://peps.python.org/pep-0552/
  expect(readFileSync(compiled.from.source).readUInt32LE(8)).toBe(json?.time);
});
