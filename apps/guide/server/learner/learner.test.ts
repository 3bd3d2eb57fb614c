// What is the learner's own, kept in ConfigMaps of a (test's) API server.
import { ApiServer } from '../../../testing/api-server.ts';
import { Kube } from '../kube.ts';
import { FilesChangedError, FileStore } from './files.ts';
import { Progress } from './progress.ts';

let api: ApiServer;
let kube: Kube;
const key = Buffer.from('a key of thirty-two bytes, or so');

beforeAll(async () => {
  api = await ApiServer.start();
  kube = new Kube(api.config);
});
beforeEach(() => {
  api.restarts.length = 0;
  api.put('lab-dice', { 'app.ts': 'one', 'settings.env': '', 'collector.yaml': '{}' });
  api.put('lab-progress', { passed: '0', total: '2', steps: '{}' });
});
afterAll(() => api.stop());

describe('files', () => {
  const store = () => new FileStore(kube, 'lab');

  test("are read with a version that is their text's", async () => {
    const first = await store().read();
    api.put('lab-dice', { 'app.ts': 'one', 'settings.env': '', 'collector.yaml': '{}', more: 'x' });
    expect(await store().read()).toEqual(first);
  });

  test('only what reads a changed file is restarted', async () => {
    expect((await store().write({ 'app.ts': 'two', 'settings.env': '' })).restarted).toEqual(['dice']);
    expect((await store().write({ 'collector.yaml': 'x: 1' })).restarted).toEqual(['collector']);
    expect((await store().write({ 'collector.yaml': 'x: 1' })).restarted).toEqual([]);
    expect(api.restarts).toEqual(['lab-dice', 'lab-collector']);
  });

  test('in a seat, what reads it is started by the text that it reads, as the operator would', async () => {
    api.put(
      'lab-dice',
      { 'app.ts': 'one', 'settings.env': '', 'collector.yaml': '{}' },
      { labels: { 'app.kubernetes.io/managed-by': 'intro-otel' } },
    );
    await store().write({ 'app.ts': 'two' });
    const sha256 = '3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3'; // printf two | sha256sum
    expect(api.annotations.get('lab-dice')).toEqual({ 'intro-otel.dev/config-sha256': sha256 });
    api.put('lab-dice', { 'app.ts': 'one', 'settings.env': '', 'collector.yaml': '{}' }, {});
    await store().write({ 'app.ts': 'two' });
    expect(Object.keys(api.annotations.get('lab-dice') ?? {})).toEqual(['kubectl.kubernetes.io/restartedAt']);
  });

  test('of two tabs that edit, the second is told, and nothing is overwritten', async () => {
    const { version } = await store().read();
    await store().write({ 'app.ts': 'mine' }, { from: version });
    const refused = await store()
      .write({ 'app.ts': 'yours' }, { from: version })
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(FilesChangedError);
    expect((refused as FilesChangedError).current.files['app.ts']).toBe('mine');
    expect(api.data('lab-dice')['app.ts']).toBe('mine');
  });

  test('of two that save at the same moment, one is told', async () => {
    const { version } = await store().read();
    const outcomes = await Promise.allSettled(
      ['a', 'b'].map((text) => store().write({ 'app.ts': text }, { from: version })),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('what a step replaces is kept', async () => {
    await store().write({ 'app.ts': 'theirs' }, { keepAs: 'before-08-context' });
    expect(api.data('lab-dice')).toMatchObject({ 'app.ts': 'theirs', 'before-08-context.app.ts': 'one' });
  });
});

describe('progress', () => {
  const progress = (more: { key?: Buffer } = { key }) =>
    new Progress({ release: 'lab', steps: ['one', 'two'], kube, ...more });
  const state = async (of: Progress, id: string) => of.stateOf(id, (await of.steps())[id]);

  test('a step goes from open to started to passed, and is counted', async () => {
    const mine = progress();
    expect(await state(mine, 'one')).toBe('open');
    await mine.start('one');
    expect(await state(mine, 'one')).toBe('started');
    await mine.pass('one', { traceId: 'abc', answers: { a: 'b' } });
    expect(await state(mine, 'one')).toBe('passed');
    expect(api.data('lab-progress')).toMatchObject({
      passed: '1',
      total: '2',
      lastActivity: expect.stringMatching(/Z$/) as string,
    });
  });

  test('it outlives the guide', async () => {
    await progress().pass('one', {});
    expect(await state(progress(), 'one')).toBe('passed');
  });

  test.each([
    ['a step that no check wrote', { one: { startedAt: '2026-01-01T00:00:00Z', passedAt: '2026-01-01T00:00:00Z' } }],
    [
      'a proof that is made up',
      { one: { startedAt: '2026-01-01T00:00:00Z', passedAt: '2026-01-01T00:00:00Z', proof: 'a'.repeat(64) } },
    ],
  ])('%s is not verified, and not counted', async (_what, steps) => {
    api.put('lab-progress', { passed: '1', total: '2', steps: JSON.stringify(steps) });
    expect(await state(progress(), 'one')).toBe('unverified');
    expect(api.data('lab-progress')['passed']).toBe('0');
  });

  test('the proof of one step proves no other, and none at another time', async () => {
    await progress().pass('one', { traceId: 'abc' });
    const steps = JSON.parse(api.data('lab-progress')['steps'] ?? '') as Record<string, object>;
    const forged = { one: { ...steps['one'], traceId: 'abd' }, two: steps['one'] };
    api.put('lab-progress', { passed: '2', total: '2', steps: JSON.stringify(forged) });
    expect([await state(progress(), 'one'), await state(progress(), 'two')]).toEqual(['unverified', 'unverified']);
  });

  test('without a key nothing is verified', async () => {
    await progress({}).pass('one', {});
    expect(await state(progress({}), 'one')).toBe('unverified');
  });

  test.each(['', 'no json', '[]', 'null', '{"one": 1, "two": {"startedAt": "never"}}'])(
    'steps that are %j are no steps',
    async (steps) => {
      api.put('lab-progress', { passed: '0', total: '2', steps });
      expect(await progress().steps()).toEqual({});
    },
  );

  test('two changes at once both count', async () => {
    await Promise.all([progress().start('one'), progress().start('two')]);
    expect(Object.keys(await progress().steps()).sort()).toEqual(['one', 'two']);
  });

  test('outside of a cluster it is kept in memory', async () => {
    const alone = new Progress({ release: 'lab', steps: ['one'], key });
    await alone.pass('one', {});
    expect(await state(alone, 'one')).toBe('passed');
    await alone.reset();
    expect(await state(alone, 'one')).toBe('open');
  });
});
