import { fakeTimers } from '../../support/testing/fake-timers.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import { ControllerBuilder } from './builder.ts';
import { CompactStore } from './store.ts';
import { aController } from './testing/controller-harness.ts';
import { configMap } from './testing/lease-server.ts';

const aStore = (): CompactStore =>
  new CompactStore({ kind: KINDS.ConfigMap, fieldManager: 'us', timers: fakeTimers() });

/** Starts a controller with the sources that `connect` adds. Returns the keys that the controller has reconciled. */
function setUp(connect: (builder: ControllerBuilder) => ControllerBuilder) {
  const reconciled: string[] = [];
  const { controller, timers } = aController((key) => Promise.resolve(void reconciled.push(key)));
  let allKeys = (): Iterable<string> => [];
  let uidOf: (key: string) => string | undefined = () => undefined;
  const builder = new ControllerBuilder((_, objects) => {
    allKeys = objects.keys;
    uidOf = objects.uidOf;
    return controller;
  });
  connect(builder).complete({ name: 'seat', reconcile: () => Promise.resolve(undefined) });
  controller.start();
  return { timers, reconciled, allKeys: () => [...allKeys()], uidOf: (key: string) => uidOf(key) };
}

test('reconciles an object of the store passed to `for` after it is added and after it is deleted', async () => {
  const store = aStore();
  const { timers, reconciled, allKeys, uidOf } = setUp((builder) => builder.for(store));
  store.upsert(configMap('a'));
  await timers.advance(0);
  expect([allKeys(), uidOf('default/a'), uidOf('default/b')]).toEqual([['default/a'], 'a', undefined]);
  store.forget('default/a', 'a');
  await timers.advance(0);
  expect(reconciled).toEqual(['default/a', 'default/a']);
  expect(allKeys()).toEqual([]);
});

test('reconciles the keys that the function passed to `watches` returns for a change', async () => {
  const store = aStore();
  const { timers, reconciled, allKeys } = setUp((builder) =>
    builder.watches(store, ({ key }) => (key === 'default/a' ? ['x', 'y'] : [])),
  );
  store.upsert(configMap('a'));
  store.upsert(configMap('b'));
  await timers.advance(0);
  expect(reconciled).toEqual(['x', 'y']);
  expect(allKeys()).toEqual([]);
});

test('reconciles a key only once if it changes several times within the delay', async () => {
  const store = aStore();
  const { timers, reconciled } = setUp((builder) => builder.watches(store, () => ['x'], { delay: 500 }));
  store.upsert(configMap('a'));
  await timers.advance(300);
  store.upsert(configMap('b'));
  await timers.advance(199);
  expect(reconciled).toEqual([]);
  await timers.advance(1);
  expect(reconciled).toEqual(['x']);
  await timers.advance(1000);
  expect(reconciled).toEqual(['x']);
});
