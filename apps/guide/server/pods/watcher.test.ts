// Tests what the watcher says of a pod that runs older files than the learner's.
import { ApiServer, podOf } from '../../../testing/api-server.ts';
import { waitFor } from '../../../../support/waiting.ts';
import { Kube } from '../kube.ts';
import { PodWatcher } from './watcher.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await ApiServer.start();
});
afterAll(() => api.stop());

test('says that a Collector runs an older file after somebody has changed it, until a new one starts', async () => {
  api.pods.clear();
  api.pods.set('old', podOf('collector', 'old', { created: '2026-01-01T00:00:00Z' }));
  let version = '1';
  let restarted = false;
  const watcher = new PodWatcher(new Kube(api.config), 'lab', {
    versions: () => Promise.resolve(new Map([['files', version]])),
    outdated: (component) =>
      Promise.resolve(
        version === '1' || component === 'dice' || restarted
          ? undefined
          : { reason: 'it is older', todo: 'Press Run.', file: 'collector.yaml', passes: false, blocks: true },
      ),
  });
  const messages: (string | undefined)[] = [];
  const stop = watcher.listen(({ data }) => 'phase' in data && data.phase === 'running' && messages.push(data.message));
  await waitFor('the Collector', () => messages.length || undefined);
  version = '2';
  await waitFor('the word', () => messages.includes('it is older. Press Run.') || undefined);
  restarted = true;
  api.pods.set('new', podOf('collector', 'new', { created: '2026-01-01T00:01:00Z' }));
  api.pods.delete('old');
  await waitFor('the new Collector', () => messages.length > 2 || undefined);
  stop();
  expect(messages).toEqual([undefined, 'it is older. Press Run.', undefined]);
});
