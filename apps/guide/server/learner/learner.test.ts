// Tests how the guide stores the learner's files and progress, with a fake API server.
import { createHmac } from 'node:crypto';
import { jest } from '@jest/globals';
import { ApiServer } from '../../../testing/api-server.ts';
import { Kube } from '../kube.ts';
import { FilesChangedError, FileStore } from './files.ts';
import { Progress } from './progress.ts';
import { proofOf } from '../../passed-steps.ts';
import type { Signer } from '../../passed-steps.ts';

let api: ApiServer;
let kube: Kube;
const signer = { key: Buffer.from('a key of thirty-two bytes, or so'), seat: 'seat-1' };

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

describe("FileStore, which stores the learner's files", () => {
  const store = () => new FileStore(kube, 'lab');

  test('returns the same version for files with the same texts', async () => {
    const first = await store().read();
    api.put('lab-dice', { 'app.ts': 'one', 'settings.env': '', 'collector.yaml': '{}', more: 'x' });
    expect(await store().read()).toEqual(first);
  });

  test('restarts only the Deployments that read a changed file', async () => {
    expect((await store().write({ 'app.ts': 'two', 'settings.env': '' })).restarted).toEqual(['dice']);
    expect((await store().write({ 'collector.yaml': 'x: 1' })).restarted).toEqual(['collector']);
    expect((await store().write({ 'collector.yaml': 'x: 1' })).restarted).toEqual([]);
    expect(api.restarts).toEqual(['lab-dice', 'lab-collector']);
  });

  test("restarts a seat's pods by writing the checksum of the learner's file, as the operator does", async () => {
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

  test('refuses a save from a tab that has an old version of the files, and overwrites nothing', async () => {
    const { version } = await store().read();
    await store().write({ 'app.ts': 'mine' }, { from: version });
    const refused = await store()
      .write({ 'app.ts': 'yours' }, { from: version })
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(FilesChangedError);
    expect((refused as FilesChangedError).current.files['app.ts']).toBe('mine');
    expect(api.data('lab-dice')['app.ts']).toBe('mine');
  });

  test('accepts only one of two simultaneous saves', async () => {
    const { version } = await store().read();
    const outcomes = await Promise.allSettled(
      ['a', 'b'].map((text) => store().write({ 'app.ts': text }, { from: version })),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('saves files without blanks at the ends of lines, so that kubectl edit shows them as lines', async () => {
    await store().write({ 'app.ts': '\ufeffconst a = 1;  \r\n\t\n  const b = `c`;\n', 'collector.yaml': '{}  ' });
    expect(api.data('lab-dice')).toMatchObject({
      'app.ts': 'const a = 1;\n\n  const b = `c`;\n',
      'collector.yaml': '{}',
    });
    expect(api.restarts).toEqual(['lab-dice']);
  });

  test('leaves a file as it is that somebody else saved with such blanks, if the page sends it unchanged', async () => {
    api.put('lab-dice', { 'app.ts': 'one', 'settings.env': 'A=1  \n', 'collector.yaml': '{}' });
    await store().write({ 'app.ts': 'two', 'settings.env': 'A=1  \n' });
    expect(api.data('lab-dice')['settings.env']).toBe('A=1  \n');
  });

  describe('of which one is UTF-16', () => {
    beforeEach(() => {
      const map = api.configMaps.get('lab-dice');
      if (!map) throw new Error('expected the ConfigMap of the dice');
      const binaryData = { 'app.ts': Buffer.from('\ufeffimport', 'utf16le').toString('base64') };
      api.configMaps.set('lab-dice', { ...map, data: { 'settings.env': 'A=1' }, binaryData });
    });

    test('says so, and how to save the file', async () => {
      await expect(store().read()).rejects.toThrow(
        /^app\.ts in ConfigMap lab-dice: expected UTF-8, found UTF-16\..*Set-Content -Encoding utf8/,
      );
    });

    test('replaces the file when a step gives the learner a new one', async () => {
      const patch = jest.spyOn(kube, 'patchConfigMap');
      await store().write({ 'app.ts': 'new' });
      expect(patch.mock.calls).toEqual([['lab-dice', { 'app.ts': 'new' }, expect.anything(), { 'app.ts': null }]]);
      patch.mockRestore();
    });
  });

  test('keeps a copy of the file that a step replaces', async () => {
    await store().write({ 'app.ts': 'theirs' }, { keepAs: 'before-08-context' });
    expect(api.data('lab-dice')).toMatchObject({ 'app.ts': 'theirs', 'before-08-context.app.ts': 'one' });
  });
});

describe("Progress, which stores the learner's progress", () => {
  const progress = (more: { signer?: Signer } = { signer }) =>
    new Progress({ release: 'lab', steps: ['one', 'two'], kube, ...more });
  const state = async (kept: Progress, id: string) => kept.stateOf(id, (await kept.steps())[id]);

  test('moves a step from open to started to passed, and counts it as passed', async () => {
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

  describe('of a check that fails', () => {
    const never = { finding: 'code/never-ended', hop: 'shape' } as const;
    const none = { finding: 'pod/no-answer', hop: 'pod' } as const;
    const failed = async (id: string) => (await progress().steps())[id]?.failed;

    test('counts the failures in a row, whatever was found, and keeps the last', async () => {
      const mine = progress();
      await mine.start('one');
      await mine.fail('one', none);
      await mine.fail('one', never);
      expect(await failed('one')).toEqual({ ...never, times: 2, at: expect.stringMatching(/Z$/) as string });
      await mine.fail('two', none);
      expect([(await failed('one'))?.times, (await failed('two'))?.times]).toEqual([2, 1]);
    });

    test('writes once for each check, and counts no further than 999', async () => {
      const patch = jest.spyOn(kube, 'patchConfigMap');
      await progress().fail('one', never);
      expect(patch).toHaveBeenCalledTimes(1);
      patch.mockRestore();
      const start = '2026-01-01T00:00:00Z';
      const steps = { one: { startedAt: start, failed: { ...never, times: 999, at: start } } };
      api.put('lab-progress', { passed: '0', total: '2', steps: JSON.stringify(steps) });
      await progress().fail('one', never);
      expect((await failed('one'))?.times).toBe(999);
    });

    test.each<[string, (mine: Progress) => Promise<void>]>([
      ['passes', (mine) => mine.pass('one', {})],
      ['starts anew', (mine) => mine.start('one', { anew: true })],
      ['is forgotten', (mine) => mine.forget('one')],
    ])('forgets it when the step %s', async (_what, change) => {
      const mine = progress();
      await mine.fail('one', never);
      await change(mine);
      expect(await failed('one')).toBeUndefined();
    });

    test('leaves a step as passed', async () => {
      const mine = progress();
      await mine.pass('one', {});
      await mine.fail('one', never);
      expect([await state(mine, 'one'), await failed('one')]).toEqual(['passed', undefined]);
    });
  });

  test("keeps the learner's progress when the guide restarts", async () => {
    await progress().pass('one', {});
    expect(await state(progress(), 'one')).toBe('passed');
  });

  test.each([
    ['a passed step without a proof', { one: { startedAt: '2026-01-01T00:00:00Z', passedAt: '2026-01-01T00:00:00Z' } }],
    [
      'a passed step with an invented proof',
      { one: { startedAt: '2026-01-01T00:00:00Z', passedAt: '2026-01-01T00:00:00Z', proof: 'a'.repeat(64) } },
    ],
  ])('does not count %s as passed', async (_what, steps) => {
    api.put('lab-progress', { passed: '1', total: '2', steps: JSON.stringify(steps) });
    expect(await state(progress(), 'one')).toBe('unverified');
    expect(api.data('lab-progress')['passed']).toBe('0');
  });

  test('rejects a proof that was copied to another step, and a step that was changed after it passed', async () => {
    await progress().pass('one', { traceId: 'abc' });
    const steps = JSON.parse(api.data('lab-progress')['steps'] ?? '') as Record<string, object>;
    const forged = { one: { ...steps['one'], traceId: 'abd' }, two: steps['one'] };
    api.put('lab-progress', { passed: '2', total: '2', steps: JSON.stringify(forged) });
    expect([await state(progress(), 'one'), await state(progress(), 'two')]).toEqual(['unverified', 'unverified']);
  });

  test("rejects a step that was passed in another seat, even with another seat's proof and the same key", async () => {
    await progress({ signer: { ...signer, seat: 'seat-2' } }).pass('one', {});
    expect(await state(progress(), 'one')).toBe('unverified');
  });

  test('keeps a step that an older guide has signed, and signs it again for this seat', async () => {
    const step = { startedAt: '2026-01-01T00:00:00Z', passedAt: '2026-01-01T00:01:00Z', traceId: 'abc' };
    const old = createHmac('sha256', signer.key).update(`one\n${step.passedAt}\nabc`).digest('hex');
    const steps = JSON.stringify({ one: { ...step, proof: old }, two: { ...step, proof: old } });
    api.put('lab-progress', { passed: '2', total: '2', steps });
    expect([await state(progress(), 'one'), await state(progress(), 'two')]).toEqual(['passed', 'unverified']);
    expect(api.data('lab-progress')['passed']).toBe('1');
    expect(JSON.parse(api.data('lab-progress')['steps'] ?? '')).toMatchObject({
      one: { ...step, proof: proofOf(signer, 'one', step) },
      two: { proof: old },
    });
  });

  test("counts no step as passed without the guide's key", async () => {
    await progress({}).pass('one', {});
    expect(await state(progress({}), 'one')).toBe('unverified');
  });

  test.each(['', 'no json', '[]', 'null', '{"one": 1, "two": {"startedAt": "never"}}'])(
    'reads %j as no steps',
    async (steps) => {
      api.put('lab-progress', { passed: '0', total: '2', steps });
      expect(await progress().steps()).toEqual({});
    },
  );

  test("keeps both of two simultaneous changes of the learner's progress", async () => {
    await Promise.all([progress().start('one'), progress().start('two')]);
    expect(Object.keys(await progress().steps()).sort()).toEqual(['one', 'two']);
  });

  test("keeps the learner's progress in memory outside a cluster", async () => {
    const alone = new Progress({ release: 'lab', steps: ['one'], signer });
    await alone.pass('one', {});
    expect(await state(alone, 'one')).toBe('passed');
    await alone.reset();
    expect(await state(alone, 'one')).toBe('open');
  });
});
