import { FakeApi, apiError } from './testing/fake-api.ts';
import { Applier } from './apply.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import type { Store } from './reconciler.ts';
import { CompactStore } from './store.ts';

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

const labels = { managed: 'us', seat: 's' };
const map = (name: string, data: Record<string, string> = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'a', labels },
  data,
});
const key = (name: string): { name: string; namespace: string } => ({ name, namespace: 'a' });

let api: FakeApi;
let applier: Applier;
const lookup = (): Store => api.store(KINDS.ConfigMap);
const live = (name: string): ConfigMap | undefined => api.store<ConfigMap>(KINDS.ConfigMap).get(`a/${name}`);
const namesOf = (objects: readonly KubeObject[]): string[] => objects.map(({ metadata }) => metadata.name);

beforeEach(() => {
  api = new FakeApi();
  api.seed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } });
  applier = new Applier({ api, annotation: 'us/applied' });
});

describe('Applier.applyAll', () => {
  test('writes objects that are missing in the cluster or differ from it, and does not write them again', async () => {
    const desired = [map('m', { a: '1' }), map('n', { a: '1' })];
    expect(namesOf((await applier.applyAll(desired, lookup)).written).sort()).toEqual(['m', 'n']);
    api.edit(KINDS.ConfigMap, key('n'), { data: { a: '2', theirs: 'x' } });
    const second = await applier.applyAll(desired, lookup);
    expect([namesOf(second.written), second.unchanged]).toEqual([['n'], 1]);
    expect(await applier.applyAll(desired, lookup)).toEqual({ written: [], unchanged: 2, failed: [] });
    expect(live('n')?.data).toEqual({ a: '1', theirs: 'x' });
    expect(api.writes).toHaveLength(3);
  });

  test('removes a field from the live object when the desired object no longer has it', async () => {
    await applier.applyAll([map('m', { a: '1', b: '2' })], lookup);
    await applier.applyAll([map('m', { a: '1' })], lookup);
    expect(live('m')?.data).toEqual({ a: '1' });
  });

  test('does not repeat an apply that changed nothing, until the desired or the live object changes', async () => {
    await applier.applyAll([map('m')], lookup);
    // Makes the fake API server drop unknown fields, as a real API server does.
    const strip = (): KubeObject => api.edit(KINDS.ConfigMap, key('m'), { unknown: null });
    const unknown = { ...map('m'), unknown: 'x' } as KubeObject;
    api.apply = (object) => {
      api.writes.push({ verb: 'apply', kind: object.kind });
      return Promise.resolve(strip() as never);
    };
    for (let round = 0; round < 3; round++) await applier.applyAll([unknown], lookup);
    expect(api.writes).toHaveLength(2);
    api.edit(KINDS.ConfigMap, key('m'), { status: { changed: 'x' } });
    await applier.applyAll([unknown], lookup);
    expect(api.writes).toHaveLength(2);
    api.edit(KINDS.ConfigMap, key('m'), { data: { theirs: 'x' } });
    await applier.applyAll([unknown], lookup);
    await applier.applyAll([{ ...unknown, unknown: 'y' } as KubeObject], lookup);
    expect(api.writes).toHaveLength(4);
  });

  test('does not compare a matching object again, until the desired or the live object changes', async () => {
    const store = new CompactStore<ConfigMap>({ kind: KINDS.ConfigMap, fieldManager: 'us' });
    let reads = 0;
    const get = store.get.bind(store);
    store.get = (objectKey) => {
      reads++;
      return get(objectKey);
    };
    const applyOnce = async (desired: ConfigMap): Promise<{ written: string[]; reads: number }> => {
      reads = 0;
      const { written } = await applier.applyAll([desired], () => store);
      return { written: namesOf(written), reads };
    };
    expect((await applyOnce(map('m', { a: '1' }))).written).toEqual(['m']);
    expect(await applyOnce(map('m', { a: '1' }))).toEqual({ written: [], reads: 1 });
    expect(await applyOnce(map('m', { a: '1' }))).toEqual({ written: [], reads: 0 });
    store.observe(api.edit<ConfigMap>(KINDS.ConfigMap, key('m'), { data: { theirs: 'x' } }));
    expect(await applyOnce(map('m', { a: '1' }))).toEqual({ written: [], reads: 1 });
    store.observe(api.edit<ConfigMap>(KINDS.ConfigMap, key('m'), { data: { a: '2' } }));
    expect((await applyOnce(map('m', { a: '1' }))).written).toEqual(['m']);
    await applyOnce(map('m', { a: '1' }));
    expect((await applyOnce(map('m', { a: '3' }))).written).toEqual(['m']);
  });

  test('applies all other objects after an object fails, and returns the failure', async () => {
    const error = apiError(403, 'Forbidden', 'exceeded quota');
    api.fail({ verb: 'apply', name: 'm' }, error);
    const { written, failed } = await applier.applyAll([map('m'), map('n'), map('o')], lookup);
    expect(namesOf(written).sort()).toEqual(['n', 'o']);
    expect(failed).toMatchObject([{ object: { metadata: { name: 'm' } }, error }]);
  });

  test('stores the object that the API server returns for an apply request', async () => {
    const observed: KubeObject[] = [];
    const store: Store = {
      get: () => undefined,
      list: () => [],
      byLabel: () => [],
      observe: (object) => void observed.push(object),
      forget: () => undefined,
      fresh: true,
    };
    const { written } = await applier.applyAll([map('m')], () => store);
    expect(observed).toEqual(written);
  });

  test('sends no more requests at the same time than `concurrency` allows', async () => {
    let [active, max] = [0, 0];
    api.apply = async (object) => {
      max = Math.max(max, ++active);
      await new Promise(setImmediate);
      active--;
      return object as never;
    };
    const { written } = await new Applier({ api, annotation: 'us/applied', concurrency: 3 }).applyAll(
      ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => map(name)),
      () => undefined,
    );
    expect([max, written.length]).toEqual([3, 7]);
  });
});

describe('Applier.prune', () => {
  const prune = (desired: KubeObject[]): ReturnType<Applier['prune']> =>
    applier.prune([api.store(KINDS.ConfigMap)], labels, desired);

  beforeEach(async () => {
    await applier.applyAll([map('desired'), map('surplus')], lookup);
  });

  test('deletes an object that we applied for this seat and that is no longer desired', async () => {
    expect(namesOf((await prune([map('desired')])).written)).toEqual(['surplus']);
    expect([live('desired'), live('surplus')]).toEqual([expect.anything(), undefined]);
    expect(api.writes.at(-1)).toMatchObject({ verb: 'delete', body: { uid: expect.stringMatching(/./) as string } });
  });

  test('keeps an object that has our labels, if somebody else applied it', async () => {
    api.seed(map('theirs'));
    expect(namesOf((await prune([map('desired'), map('surplus')])).written)).toEqual([]);
  });

  test('keeps the objects of other seats, and does not delete an object twice', async () => {
    await applier.applyAll(
      [{ ...map('other'), metadata: { ...map('other').metadata, labels: { managed: 'us', seat: 't' } } }],
      lookup,
    );
    api.edit(KINDS.ConfigMap, key('surplus'), { metadata: { finalizers: ['f'] } });
    await prune([map('desired')]);
    await prune([map('desired')]);
    expect(api.writes.filter(({ verb }) => verb === 'delete')).toHaveLength(1);
  });

  test('returns the error of each deletion that failed', async () => {
    api.fail({ verb: 'delete' }, apiError(409, 'Conflict'));
    expect((await prune([map('desired')])).failed).toMatchObject([
      { object: { metadata: { name: 'surplus' } }, error: { code: 409 } },
    ]);
  });

  test('refuses to delete objects without any labels to select them, because every object would match', async () => {
    await expect(applier.prune([api.store(KINDS.ConfigMap)], {}, [])).rejects.toThrow('Expected labels');
  });
});
