// Tests that the API server sends watch bookmarks, which the detection of silent watches needs. The test waits for a
// minute, so it has a file of its own that runs beside others.
import { KINDS } from '../../kubernetes/kinds.ts';
import { configMap, testApi, useEmptyNamespace } from '../support/cluster/engine.ts';

const namespace = useEmptyNamespace('engine-bookmarks');

test('receives watch bookmarks from the API server', async () => {
  const api = await testApi();
  const { resourceVersion } = (await api.create(configMap(namespace, 'any'))).metadata;
  const signal = AbortSignal.timeout(80_000);
  const lines = await api.watch(KINDS.ConfigMap, {
    resourceVersion: resourceVersion ?? '',
    timeoutSeconds: 75,
    silence: 75_000,
    signal,
    labelSelector: 'watched=never',
  });
  const { value } = await lines.next();
  expect(JSON.parse(value ?? '')).toMatchObject({ type: 'BOOKMARK' });
  await lines.return();
  await api.close();
}, 90_000);
