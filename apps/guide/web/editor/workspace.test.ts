import type { Files } from '../../contract.ts';
import { Store } from '../store.ts';
import { keeper } from '../testing/keeper.ts';
import { Workspace } from './workspace.ts';

const lab: Files = { 'app.ts': 'old', 'settings.env': 'A=1', 'collector.yaml': '{}' };

function opened(storage = keeper(), name = 'ns/lab') {
  const workspace = new Workspace(new Store(storage, name));
  workspace.take({ version: '1', files: lab });
  return workspace;
}

test("marks a file as unsaved until its text equals the lab's text again", () => {
  const workspace = opened();
  workspace.edit('app.ts', 'new');
  expect([workspace.unsaved(), workspace.text('app.ts'), workspace.saved('app.ts')]).toEqual([
    ['app.ts'],
    'new',
    'old',
  ]);
  workspace.edit('app.ts', 'old');
  expect(workspace.unsaved()).toEqual([]);
});

test('keeps unsaved edits when the page is reloaded, and shows them in their own lab only', () => {
  const storage = keeper();
  opened(storage).edit('settings.env', 'A=2');
  expect(opened(storage).text('settings.env')).toBe('A=2');
  expect(opened(storage, 'ns/other').text('settings.env')).toBe('A=1');
});

test('reports a conflict for a stored edit if somebody has since changed the file in the lab', () => {
  const storage = keeper();
  opened(storage).edit('app.ts', 'mine');
  const workspace = new Workspace(new Store(storage, 'ns/lab'));
  workspace.take({ version: '2', files: { ...lab, 'app.ts': 'theirs' } });
  expect([workspace.conflicts(), workspace.text('app.ts')]).toEqual([['app.ts'], 'mine']);
});

test("takes the lab's new text for a file without edits, and returns that file's name", () => {
  const workspace = opened();
  workspace.edit('app.ts', 'mine');
  expect(workspace.take({ version: '2', files: { ...lab, 'settings.env': 'A=3' } })).toEqual(['settings.env']);
  expect([workspace.text('settings.env'), workspace.conflicts(), workspace.unsaved()]).toEqual(['A=3', [], ['app.ts']]);
});

test("resolves a conflict with either the learner's text or the lab's text", () => {
  const theirs = { version: '2', files: { ...lab, 'app.ts': 'theirs' } };
  const keep = opened();
  keep.edit('app.ts', 'mine');
  keep.take(theirs);
  keep.keepMine();
  expect([keep.conflicts(), keep.all()['app.ts'], keep.version]).toEqual([[], 'mine', '2']);
  const drop = opened();
  drop.edit('app.ts', 'mine');
  drop.take(theirs);
  drop.drop(drop.conflicts());
  expect([drop.conflicts(), drop.unsaved(), drop.text('app.ts')]).toEqual([[], [], 'theirs']);
});

test('reports no conflict if the learner and somebody else made the same change', () => {
  const workspace = opened();
  workspace.edit('app.ts', 'same');
  workspace.take({ version: '2', files: { ...lab, 'app.ts': 'same' } });
  expect([workspace.conflicts(), workspace.unsaved()]).toEqual([[], []]);
});

test('keeps edits that the learner makes during a save as unsaved, without a conflict', () => {
  const workspace = opened();
  workspace.edit('app.ts', 'one');
  const sent = workspace.all();
  workspace.edit('app.ts', 'one two');
  workspace.wasSaved('2', sent);
  expect([workspace.unsaved(), workspace.conflicts(), workspace.text('app.ts')]).toEqual([['app.ts'], [], 'one two']);
});

test('keeps a stored edit of another tab when this tab saves', () => {
  const storage = keeper();
  const [first, second] = [opened(storage), opened(storage)];
  first.edit('app.ts', 'of the first');
  second.edit('app.ts', 'of the second');
  first.wasSaved('2', first.all());
  expect([...storage.kept.values()].join()).toContain('of the second');
});

test("lets the learner edit if the browser's storage is full, forbidden or holds invalid data", () => {
  const refusing = {
    getItem: () => '{"base":',
    setItem: () => {
      throw new Error('full');
    },
    removeItem: () => {
      throw new Error('no');
    },
  };
  const workspace = new Workspace(new Store(refusing, 'x'));
  workspace.take({ version: '1', files: lab });
  workspace.edit('app.ts', 'new');
  workspace.drop(['app.ts']);
  expect(workspace.text('app.ts')).toBe('old');
});

test('tidies only files with edits, and returns those whose text has changed', () => {
  const workspace = opened();
  workspace.take({ version: '2', files: { ...lab, 'collector.yaml': '{}  ' } });
  workspace.edit('app.ts', 'new;  \n');
  workspace.edit('settings.env', 'A=2');
  expect(workspace.tidy()).toEqual(['app.ts']);
  expect(workspace.all()).toEqual({ 'app.ts': 'new;\n', 'settings.env': 'A=2', 'collector.yaml': '{}  ' });
  workspace.edit('app.ts', 'old ');
  workspace.tidy();
  expect(workspace.unsaved()).toEqual(['settings.env']);
});
