import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentProgress } from '../support/progress.ts';
import { findHelm, helmFits, kubectlFits, numbers } from './tools.ts';

test.each([
  ['v3.13.3+g5d2e3f1', false],
  ['v3.14.0+g3fc9f4b', true],
  ['v3.19.2', true],
  ['v4.1.4+g05fa379', true],
  ['v2.17.0', false],
  ['what?', false],
])('detects whether helm %s can install the chart: %s', (version, fits) => {
  expect(helmFits(version)).toBe(fits);
});

test.each([
  ['v1.32.4-dispatcher', 34, false],
  ['v1.33.0', 34, true],
  ['v1.34.5', 34, true],
  ['v1.35.0', 34, true],
  ['v1.36.0', 34, false],
  ['v1.30.1', 31, true],
  ['v0.34.0', 34, false],
  ['', 0, false],
])('detects whether kubectl %s fits Kubernetes 1.%i: %s', (version, server, fits) => {
  expect(kubectlFits(version, server)).toBe(fits);
});

test('parses a version without a patch number as patch 0', () => {
  expect(numbers('1.34')).toEqual([1, 34, 0]);
});

describe('the search for helm', () => {
  const path = process.env['PATH'];
  let bin: string;

  beforeEach(async () => {
    bin = await mkdtemp(join(tmpdir(), 'tools-'));
    process.env['PATH'] = `${bin}:${path ?? ''}`;
  });
  afterEach(async () => {
    process.env['PATH'] = path;
    await rm(bin, { recursive: true });
  });

  test("finds the user's own helm on the PATH if its version fits", async () => {
    await writeFile(join(bin, 'helm'), '#!/bin/sh\necho v3.15.2+g1a500d5\n', { mode: 0o755 });
    await expect(findHelm(silentProgress())).resolves.toEqual({
      path: 'helm',
      version: 'v3.15.2+g1a500d5',
      pinned: false,
    });
  });
});
