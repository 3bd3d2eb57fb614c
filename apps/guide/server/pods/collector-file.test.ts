// Tests what is known of the collector.yaml with which a Collector started.
import type { ConfigMap } from '../../../../kubernetes/types.ts';
import { podOf } from '../../../testing/api-server.ts';
import { CollectorFile } from './collector-file.ts';
import { sha256 } from './current.ts';

/** Returns a ConfigMap whose fields were written at these times, as minutes of an hour. */
function filesOf(text: string, owners: Readonly<Record<string, number>>): ConfigMap {
  const managedFields = Object.entries(owners).map(([file, minute]) => ({
    manager: 'kubectl-edit',
    time: timeOf(minute),
    fieldsV1: { 'f:data': { '.': {}, [`f:${file}`]: {} } },
  }));
  return { metadata: { name: 'lab-dice', managedFields }, data: { 'collector.yaml': text } } as unknown as ConfigMap;
}

const timeOf = (minute: number): string => `2026-01-01T00:${String(minute).padStart(2, '0')}:00Z`;
const pod = podOf('collector', 'collector-1', { created: timeOf(10) });

test('knows the file of a Collector that was created after the last change of the file', () => {
  expect(new CollectorFile().startedWith(pod, filesOf('one', { 'collector.yaml': 10, 'app.ts': 30 }))).toBe(
    sha256('one'),
  );
});

test('remembers the file of a Collector through later changes', () => {
  const file = new CollectorFile();
  file.startedWith(pod, filesOf('one', { 'collector.yaml': 5 }));
  expect(file.startedWith(pod, filesOf('two', { 'collector.yaml': 20 }))).toBe(sha256('one'));
});

test.each([
  ['of which the file has changed since', filesOf('two', { 'collector.yaml': 20 })],
  ['whose file has no known writer', filesOf('two', { 'app.ts': 1 })],
  ['whose file has no dates', { metadata: { name: 'lab-dice' }, data: {} } as unknown as ConfigMap],
])('knows nothing of a Collector %s', (_what, files) => {
  expect(new CollectorFile().startedWith(pod, files)).toBeUndefined();
});

test('knows nothing of a container that started again after a change, in the same pod', () => {
  const file = new CollectorFile();
  file.startedWith(pod, filesOf('one', { 'collector.yaml': 5 }));
  const again = podOf('collector', 'collector-1', { created: timeOf(10), container: { containerID: 'c://again' } });
  expect(file.startedWith(again, filesOf('two', { 'collector.yaml': 20 }))).toBeUndefined();
});

test('knows nothing of a Collector without a container', () => {
  const empty = podOf('collector', 'collector-2');
  const pending = { ...empty, status: { ...empty.status, containerStatuses: [] } };
  expect(new CollectorFile().startedWith(pending, filesOf('one', { 'collector.yaml': 5 }))).toBeUndefined();
});
