import type { Api } from '../kubernetes/api.ts';
import { fakeTimers } from '../support/testing/fake-timers.ts';
import { ClusterInfoPoller } from './cluster-info.ts';
import { capturedLog } from './engine/testing/captured-log.ts';
import { FakeApi, apiError } from './engine/testing/fake-api.ts';

const aNode = (address: string) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node' },
  spec: { podCIDRs: ['10.244.0.0/24'] },
  status: { addresses: [{ type: 'InternalIP', address }] },
});

function aPoller(api: Api) {
  const timers = fakeTimers();
  const { log, lines } = capturedLog();
  const poller = new ClusterInfoPoller({ api, ownServer: 'https://own:6443', log, timers });
  const stop = new AbortController();
  const running = poller.run(stop.signal);
  const end = async (): Promise<void> => {
    stop.abort();
    await running;
  };
  return { poller, timers, lines, end };
}

test('reads the cluster info every few minutes, and calls listeners only when it has changed', async () => {
  const api = new FakeApi();
  api.seed(aNode('172.18.0.2'));
  const { poller, timers, end } = aPoller(api);
  const changes: (string | undefined)[] = [];
  poller.onChange(({ nodeAddress }) => changes.push(nodeAddress));
  await timers.advance(0);
  expect(poller.current()).toEqual({
    apiServers: { addresses: [], port: 443 },
    podCidrs: ['10.244.0.0/24'],
    nodeAddress: '172.18.0.2',
    server: 'https://own:6443',
  });
  await timers.advance(330_000);
  expect(changes).toEqual(['172.18.0.2']);
  api.seed(aNode('172.18.0.3'));
  await timers.advance(330_000);
  expect(changes).toEqual(['172.18.0.2', '172.18.0.3']);
  await end();
  expect(timers.pending).toBe(0);
});

test('retries a failed read of the cluster info after about 2 s, and is not ready until it succeeds', async () => {
  const api = new FakeApi();
  api.seed(aNode('172.18.0.2'));
  api.fail({ verb: 'list', kind: 'Node' }, apiError(500, 'InternalError'));
  const { poller, timers, lines, end } = aPoller(api);
  await timers.advance(0);
  expect(poller.problem()).toContain('expected to know the addresses');
  expect(() => poller.current()).toThrow('Expected the cluster info to be known');
  expect(lines).toMatchObject([{ level: 'warn', message: 'Failed to read the cluster info, retrying' }]);
  await timers.advance(2200);
  expect(poller.problem()).toBeUndefined();
  await end();
});
