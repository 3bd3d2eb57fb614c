import { ApiServer, podOf } from '../../testing/api-server.ts';
import { Kube } from './kube.ts';
import { Sidecars, sidecarsOf } from './sidecars.ts';

const guide = podOf('guide', 'lab-guide-1');
const withContainers = (spec: object) => ({ ...guide, spec: { ...guide.spec, ...spec } });
const proxy = { name: 'istio-proxy' };

const injected = withContainers({ containers: [...guide.spec.containers, proxy] });
const native = withContainers({ initContainers: [{ name: 'key' }, { ...proxy, restartPolicy: 'Always' }] });

test.each([
  ['no container beside the guide', withContainers({ initContainers: [{ name: 'key' }, { name: 'istio-init' }] }), []],
  ['an injected container', injected, ['istio-proxy']],
  ['an init container that keeps running', native, ['istio-proxy']],
])('finds %s', (_what, pod, expected) => {
  expect(sidecarsOf(pod)).toEqual(expected);
});

describe('the guide in a cluster', () => {
  let api: ApiServer;
  const warnings: unknown[] = [];
  const sidecars = () =>
    new Sidecars({
      kube: new Kube(api.config),
      release: 'lab',
      pod: 'lab-guide-1',
      log: { warn: (...said: unknown[]) => void warnings.push(said) } as never,
    });

  beforeAll(async () => void (api = await ApiServer.start()));
  beforeEach(() => {
    warnings.length = 0;
    api.pods.clear();
    api.put('lab-progress', { passed: '1' });
  });
  afterAll(() => api.stop());

  test('has its pod for itself if there is no other container, and asks for its pod only once', async () => {
    api.pods.set('lab-guide-1', guide);
    const mine = sidecars();
    const before = api.requests.length;
    expect([await mine.isAlone(), await mine.isAlone(), warnings]).toEqual([true, true, []]);
    expect(api.requests.slice(before)).toEqual([
      'GET /api/v1/namespaces/ns/pods/lab-guide-1',
      'GET /api/v1/namespaces/ns/configmaps/lab-progress',
    ]);
  });

  test.each([injected, native])('tells its log and the operator about a sidecar', async (pod) => {
    api.pods.set('lab-guide-1', pod);
    expect(await sidecars().isAlone()).toBe(false);
    expect(api.data('lab-progress')).toEqual({ passed: '1', sidecars: 'istio-proxy' });
    expect(JSON.stringify(warnings)).toContain('other containers run in the pod of the guide');
    api.pods.set('lab-guide-1', guide);
    expect(await sidecars().isAlone()).toBe(true);
    expect(api.data('lab-progress')).toEqual({ passed: '1' });
  });

  test("trusts nobody while its pod can't be read, and asks again later", async () => {
    const mine = sidecars();
    expect(await mine.isAlone()).toBe(false);
    api.pods.set('lab-guide-1', guide);
    expect(await mine.isAlone()).toBe(true);
  });
});
