import { createHash } from 'node:crypto';
import { OWN } from '../lab/names.ts';
import { editedIn } from './learner-files.ts';

const given = { 'app.ts': 'given', 'settings.env': '# none\n', 'collector.yaml': '{}\n' };
const annotations = Object.fromEntries(
  OWN.map(({ file, given: name }) => [name, createHash('sha256').update(given[file]).digest('hex')]),
);

test.each<[title: string, data: Record<string, string>, expected: string[]]>([
  ['no component for the given files', {}, []],
  ['dice for edited code', { 'app.ts': 'mine' }, ['dice']],
  ['dice once for edited code and settings', { 'app.ts': 'mine', 'settings.env': 'A=1' }, ['dice']],
  ['the Collector for its edited file', { 'collector.yaml': 'x: 1' }, ['collector']],
  ['no component for an empty file, which a lab replaces', { 'app.ts': '' }, []],
])('lists %s', (_title, edits, expected) => {
  expect(editedIn({ data: { ...given, ...edits }, metadata: { annotations } })).toEqual(expected);
});

test('lists no component without a ConfigMap', () => {
  expect(editedIn({})).toEqual([]);
});
