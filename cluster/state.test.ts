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

test('lists no labs before the first one is recorded', () => {
  expect(recordedLabs()).toEqual([]);
});

test('keeps a separate record for each cluster, namespace and release', () => {
  const labs = [
    lab(),
    lab({ reach: { context: 'kind-b' } }),
    lab({ throwaway: 'kind-a', reach: {} }),
    lab({ namespace: 'b' }),
    lab({ release: 'b' }),
  ];
  expect(new Set(labs.map(labKey)).size).toBe(5);
});

test('keeps fields of the old record that the new record of the same lab lacks', () => {
  recordLab(lab({ images: { a: 'abc' } }));
  recordLab(lab({ port: 8081 }));
  expect(recordedLabs()).toEqual([lab({ images: { a: 'abc' }, port: 8081 })]);
});

test('removes the files of a forgotten lab, but not those of a lab with a similar name', () => {
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

test('removes the whole state folder with the last lab', () => {
  recordLab(lab());
  writeWhole(imageRecordFile('kind-a', 'intro-otel'), {});
  forgetLab(lab());
  expect(existsSync(stateDir('labs.d'))).toBe(false);
});
