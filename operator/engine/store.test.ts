import { KINDS } from '../../kubernetes/kinds.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import { CompactStore, withStatus, withoutStatus } from './store.ts';
import type { Change, StoreOptions } from './store.ts';
import { fakeTimers } from '../../support/testing/fake-timers.ts';

interface Deployment extends KubeObject {
  readonly spec?: object;
  readonly status?: object;
}

const timers = fakeTimers();
const store = (options: Partial<StoreOptions<Deployment>> = {}): CompactStore<Deployment> =>
  new CompactStore({ kind: KINDS.Deployment, fieldManager: 'us', index: ['seat'], timers, ...options });

/** Returns the Deployment `a/d` with this resourceVersion and these other fields. */
const at = (
  resourceVersion: number,
  { metadata = {}, ...rest }: { metadata?: object; spec?: object; status?: object } = {},
): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  ...rest,
  metadata: { name: 'd', namespace: 'a', uid: 'u1', resourceVersion: String(resourceVersion), ...metadata },
});

function changesOf(subject: CompactStore<Deployment>): Change<Deployment>[] {
  const changes: Change<Deployment>[] = [];
  subject.onChange((change) => changes.push(change));
  return changes;
}

describe.each([{ parsed: false }, { parsed: true }])('a store with the option parsed: $parsed', (options) => {
  test('returns an object as it was received, but without managedFields', () => {
    const subject = store(options);
    subject.upsert(at(5, { metadata: { managedFields: [{ manager: 'x' }] }, spec: { replicas: 1 } }));
    expect(subject.get('a/d')).toEqual(at(5, { spec: { replicas: 1 } }));
    expect(subject.list()).toHaveLength(1);
    expect(subject.get('a/e')).toBeUndefined();
  });

  test('keeps the object with the newest resourceVersion, compared as a number', () => {
    const subject = store(options);
    for (const version of [9, 10, 8]) subject.upsert(at(version, { spec: { version } }));
    expect(subject.get('a/d')).toEqual(at(10, { spec: { version: 10 } }));
  });

  test('reports no change if only a dropped field changes, but returns the new resourceVersion', () => {
    const subject = store({ ...options, keep: withStatus('readyReplicas') });
    subject.upsert(at(1, { status: { readyReplicas: 1, observedGeneration: 1 } }));
    const changes = changesOf(subject);
    subject.upsert(
      at(2, { status: { readyReplicas: 1, observedGeneration: 2 }, metadata: { managedFields: [{ manager: 'x' }] } }),
    );
    expect(changes).toEqual([]);
    expect(subject.get('a/d')).toEqual(at(2, { status: { readyReplicas: 1 } }));
    subject.upsert(at(3, { status: { readyReplicas: 0 } }));
    expect(changes).toMatchObject([
      { key: 'a/d', old: { status: { readyReplicas: 1 } }, new: { status: { readyReplicas: 0 } } },
    ]);
  });
});

test('drops the status of an object if `keep` is `withoutStatus`', () => {
  const subject = store({ keep: withoutStatus });
  subject.upsert(at(1, { status: { replicas: 1 } }));
  expect(subject.get('a/d')).not.toHaveProperty('status');
});

test('reports no change if only the order of apiVersion and kind differs', () => {
  const subject = store();
  const { apiVersion, kind, metadata } = at(1);
  subject.upsert({ kind, apiVersion, metadata, spec: {} });
  const changes = changesOf(subject);
  subject.upsert({ metadata: { ...metadata, resourceVersion: '2' }, spec: {}, apiVersion, kind });
  expect(changes).toEqual([]);
});

test('finds objects by labels with and without an index, also after the labels have changed', () => {
  const subject = store();
  const names = (label: string, value: string): string[] =>
    subject.byLabel(label, value).map(({ metadata }) => metadata.name);
  subject.upsert(at(1, { metadata: { labels: { seat: 's1', other: 'x' } } }));
  expect([names('seat', 's1'), names('other', 'x'), names('seat', 's2')]).toEqual([['d'], ['d'], []]);
  subject.upsert(at(2, { metadata: { labels: { seat: 's2' } } }));
  expect([names('seat', 's1'), names('other', 'x'), names('seat', 's2')]).toEqual([[], [], ['d']]);
  subject.forget('a/d', 'u1');
  expect(names('seat', 's2')).toEqual([]);
});

test('counts an object as applied only if our field manager applied it, not just its status', () => {
  const by = (managedFields: object[]): boolean => {
    const subject = store();
    subject.upsert(at(1, { metadata: { managedFields } }));
    return subject.applied('a/d');
  };
  expect(by([{ manager: 'us', operation: 'Apply' }])).toBe(true);
  expect(by([{ manager: 'us', operation: 'Apply', subresource: 'status' }])).toBe(false);
  expect(by([{ manager: 'us', operation: 'Update' }])).toBe(false);
  expect(by([{ manager: 'them', operation: 'Apply' }])).toBe(false);
  expect(store().applied('a/d')).toBe(false);
});

describe('an object that the API server returned for our write', () => {
  test('stores an object that our write returned, and reports no second change for its watch event', () => {
    const subject = store();
    const changes = changesOf(subject);
    subject.observe(at(2, { spec: { replicas: 2 } }));
    subject.upsert(at(1, { spec: { replicas: 1 } }));
    subject.upsert(at(2, { spec: { replicas: 2 } }));
    expect(changes).toHaveLength(1);
    expect(subject.get('a/d')?.spec).toEqual({ replicas: 2 });
  });

  test('ignores an object that our write returned, if it was deleted in the last five minutes', async () => {
    const subject = store();
    subject.upsert(at(1));
    subject.forget('a/d', 'u1');
    subject.observe(at(2));
    expect(subject.get('a/d')).toBeUndefined();
    await timers.advance(300_001);
    subject.forget('a/e', 'u2');
    subject.observe(at(2));
    expect(subject.get('a/d')).toBeDefined();
  });

  test('stores an object that our write returned, if a deleted object had the same name but another uid', () => {
    const subject = store();
    subject.forget('a/d', 'u1');
    subject.observe(at(3, { metadata: { uid: 'u2' } }));
    subject.forget('a/d', 'u1');
    expect(subject.get('a/d')?.metadata.uid).toBe('u2');
  });
});

describe('a list that fills a store', () => {
  test('removes objects that a list did not contain, but only at the end of the list', () => {
    const subject = store();
    subject.upsert(at(1));
    subject.upsert(at(2, { metadata: { name: 'e' } }));
    const changes = changesOf(subject);
    const listing = subject.beginListing();
    listing.add(at(1));
    expect(subject.size).toBe(2);
    listing.end('5');
    expect(subject.list().map(({ metadata }) => metadata.name)).toEqual(['d']);
    expect(changes).toMatchObject([{ key: 'a/e', old: { metadata: { name: 'e' } }, new: undefined }]);
  });

  test('keeps an object that was created after the version of the list', () => {
    const subject = store();
    const listing = subject.beginListing();
    subject.observe(at(6));
    listing.end('5');
    expect(subject.size).toBe(1);
  });

  test('removes nothing if a list is never completed, and takes in the next list as usual', () => {
    const subject = store();
    subject.beginListing().add(at(1));
    const listing = subject.beginListing();
    expect(subject.size).toBe(1);
    listing.end('5');
    expect(subject.size).toBe(0);
  });
});

test('reports that the store is fresh after a list, as long as `touch` is called often enough', async () => {
  const subject = store({ staleAfter: 1000 });
  subject.touch();
  expect(subject.fresh).toBe(false);
  subject.beginListing().end('1');
  expect(subject.fresh).toBe(true);
  await timers.advance(1001);
  expect(subject.fresh).toBe(false);
  subject.touch();
  expect(subject.fresh).toBe(true);
});

test('stops calling a listener that was removed', () => {
  const subject = store();
  let count = 0;
  const end = subject.onChange(() => count++);
  subject.upsert(at(1));
  end();
  subject.upsert(at(2, { spec: {} }));
  expect(count).toBe(1);
});
