import { setTimeout } from 'node:timers/promises';
import { KINDS } from '../../kubernetes/kinds.ts';
import { waitFor } from '../../support/waiting.ts';
import { Manager } from './manager.ts';
import type { Reconciler } from './reconciler.ts';
import { capturedLog } from './testing/captured-log.ts';
import { configMap, startLeaseServer } from './testing/lease-server.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const until = (condition: () => boolean) =>
  waitFor(String(condition), () => condition() || undefined, { within: 4000, every: 5 });

async function aManager(cluster: Parameters<typeof startLeaseServer>[0]) {
  const { server, send, holder } = await startLeaseServer(cluster);
  const { log, lines } = capturedLog();
  const manager = new Manager({
    name: 'example',
    version: '1',
    tracer: 'example',
    fieldManager: 'example',
    identity: 'replica-1',
    namespace: 'default',
    port: 0,
    config: { server: server.url, tls: {}, namespace: 'default', authorization: () => Promise.resolve(undefined) },
    log,
  });
  const steps: string[] = [];
  const reconciler: Reconciler = {
    name: 'example',
    reconcile: (key) => Promise.resolve(void steps.push(`reconcile ${key}`)),
  };
  cleanups.push(
    () => manager.stop(),
    () => server.close(),
  );
  const messages = (): string[] => lines.map(({ message }) => message);
  const port = (): unknown => lines.find(({ message }) => message.startsWith('Serving'))?.fields['port'];
  const paths = (): string[] => server.received.map(({ url }) => url);
  return { manager, reconciler, steps, send, holder, messages, port, paths };
}

test('reconciles every object when the manager becomes the leader, and then every changed object', async () => {
  const { manager, reconciler, steps, send } = await aManager({ configMaps: ['a', 'b'] });
  const store = manager.store(KINDS.ConfigMap);
  manager.prepare(() => Promise.resolve(void steps.push('prepare')));
  manager.controller().for(store).complete(reconciler);
  await manager.start();
  await until(() => steps.length === 3);
  expect(steps).toEqual(['prepare', 'reconcile default/a', 'reconcile default/b']);
  send('ADDED', configMap('c', '11'));
  await until(() => steps.length === 4);
  expect(steps.at(-1)).toBe('reconcile default/c');
});

test('watches only the Lease while another replica is the leader, and answers /readyz with 200', async () => {
  const { manager, reconciler, port, paths } = await aManager({ holder: 'replica-2', configMaps: ['a'] });
  manager.controller().for(manager.store(KINDS.ConfigMap)).complete(reconciler);
  await manager.start();
  await until(() => paths().some((path) => path.includes('leases?') && path.includes('watch=1')));
  await setTimeout(200);
  expect(paths().filter((path) => !path.includes('/leases'))).toEqual([]);
  const response = await fetch(`http://127.0.0.1:${String(port())}/readyz`);
  expect([response.status, await response.text()]).toEqual([200, '[+]watches ok\nready\n']);
});

test('starts no reconcile before every readiness check passes', async () => {
  const { manager, reconciler, steps, port } = await aManager({ configMaps: ['a'] });
  let problem: string | undefined = 'expected a map, found none yet';
  const store = manager.store(KINDS.ConfigMap);
  manager.addReadyCheck('map', () => problem);
  manager.controller().for(store).complete(reconciler);
  await manager.start();
  await until(() => store.fresh);
  await setTimeout(200);
  expect(steps).toEqual([]);
  const response = await fetch(`http://127.0.0.1:${String(port())}/readyz`);
  expect(await response.text()).toContain('[-]map failed: expected a map, found none yet\n');
  problem = undefined;
  await until(() => steps.length === 1);
});

test('aborts added tasks when the manager stops, and only then gives up leadership', async () => {
  const { manager, holder, messages } = await aManager({ configMaps: [] });
  let holderAtAbort: string | undefined;
  manager.add((signal) => {
    signal.addEventListener('abort', () => (holderAtAbort = holder()));
    return Promise.resolve();
  });
  await manager.start();
  await until(() => messages().includes('Reconciling'));
  await manager.stop();
  expect(holderAtAbort).toBe('replica-1');
  expect(holder()).toBe('');
});
