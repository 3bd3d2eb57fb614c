import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { forgetLab, imageRecordFile, labFile, labKey, recordedLabs, recordLab, writeWhole } from './state.ts';
import type { RecordedLab } from './state.ts';
import { stateDir } from '../support/paths.ts';

const before = process.env['INTRO_OTEL_STATE'];

beforeEach(() => {
  process.env['INTRO_OTEL_STATE'] = mkdtempSync(join(tmpdir(), 'labs-'));
});
afterEach(() => {
  rmSync(process.env['INTRO_OTEL_STATE'] ?? '', { recursive: true });
  if (before === undefined) delete process.env['INTRO_OTEL_STATE'];
  else process.env['INTRO_OTEL_STATE'] = before;
});

function lab(overrides: Partial<RecordedLab> = {}): RecordedLab {
  return { reach: { context: 'kind-a' }, namespace: 'intro-otel', release: 'intro-otel', ...overrides };
}

test('where nothing was ever up, no lab is recorded', () => {
  expect(recordedLabs()).toEqual([]);
});

test('labs in other clusters, namespaces and releases are other labs', () => {
  const labs = [
    lab(),
    lab({ reach: { context: 'kind-b' } }),
    lab({ throwaway: 'kind-a', reach: {} }),
    lab({ namespace: 'b' }),
    lab({ release: 'b' }),
  ];
  expect(new Set(labs.map(labKey)).size).toBe(5);
});

test('recording a lab again keeps what the new record says nothing of', () => {
  recordLab(lab({ images: { a: 'abc' } }));
  recordLab(lab({ port: 8081 }));
  expect(recordedLabs()).toEqual([lab({ images: { a: 'abc' }, port: 8081 })]);
});

test('a forgotten lab takes its own files with it and leaves those of others, however alike the names', () => {
  const other = lab({ release: 'intro-otel.door' });
  for (const each of [lab(), other]) {
    recordLab(each);
    writeWhole(labFile(labKey(each), 'door.json'), {});
  }
  forgetLab(lab());
  expect(recordedLabs()).toEqual([other]);
  expect(existsSync(labFile(labKey(lab()), 'door.json'))).toBe(false);
  expect(existsSync(labFile(labKey(other), 'door.json'))).toBe(true);
});

test('with the last lab nothing is left', () => {
  recordLab(lab());
  writeWhole(imageRecordFile('kind-a', 'intro-otel'), {});
  forgetLab(lab());
  expect(existsSync(stateDir('labs.d'))).toBe(false);
});
