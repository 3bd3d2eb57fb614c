import { chartValues } from '../cdk8s/operator/values.ts';
import type { Api } from '../kubernetes/api.ts';
import { fakeTimers } from '../support/testing/fake-timers.ts';
import { ClusterInfoPoller, readClusterInfo } from './cluster-info.ts';
import { capturedLog } from './engine/testing/captured-log.ts';
import { FakeApi, apiError } from './engine/testing/fake-api.ts';

const { network } = chartValues.default.operator;

const aNode = (address: string, name = 'node', podCIDRs: readonly string[] = ['10.244.0.0/24']) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  spec: podCIDRs.length > 0 ? { podCIDRs } : {},
  status: { addresses: [{ type: 'InternalIP', address }] },
});

function aPoller(api: Api) {
  const timers = fakeTimers();
  const { log, lines } = capturedLog();
  const poller = new ClusterInfoPoller({ api, ownServer: 'https://own:6443', network, log, timers });
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
    ...network,
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

test.each<[title: string, reported: readonly (readonly string[])[], given: readonly string[], expected: string[]]>([
  ['joins the ranges of all nodes', [['10.1.0.0/24'], ['10.1.1.0/24']], [], ['10.1.0.0/24', '10.1.1.0/24']],
  ['knows none if one node reports none', [['10.1.0.0/24'], []], [], []],
  ['uses the ranges from the values if no node reports one', [[], []], ['10.0.0.0/8'], ['10.0.0.0/8']],
  [
    'adds the ranges from the values to those of the nodes',
    [['fd00::/64']],
    ['10.0.0.0/8'],
    ['10.0.0.0/8', 'fd00::/64'],
  ],
  ['knows none without nodes', [], [], []],
])('%s as the IP ranges of all pods', async (_title, reported, given, expected) => {
  const api = new FakeApi();
  reported.forEach((cidrs, index) => api.seed(aNode('172.18.0.2', `node-${index}`, cidrs)));
  const info = await readClusterInfo({ api, ownServer: 'https://own:6443', network: { ...network, podCidrs: given } });
  expect(info.podCidrs).toEqual(expected);
});
