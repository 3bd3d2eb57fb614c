import { waitFor } from '../../../support/waiting.ts';
import { ApiServer } from '../../testing/api-server.ts';
import { Kube } from './kube.ts';
import { PodWatcher } from './pods/watcher.ts';
import { sharedVersions } from './shared-versions.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await ApiServer.start();
});
afterAll(() => api.stop());

test('tells every page which file, progress or fault has changed, and the others once', async () => {
  api.put('lab-dice', { 'app.ts': 'one' });
  api.put('lab-progress', { steps: '{}' });
  const kube = new Kube(api.config);
  const watcher = new PodWatcher(kube, 'lab', { versions: () => sharedVersions(kube, 'lab', 7) });
  const [early, late]: string[][] = [[], []];
  const hear = (heard: string[] | undefined) =>
    watcher.listen(({ type, data }) => type === 'version' && heard?.push(data.subject));
  const stops = [hear(early)];
  await waitFor('the first versions', () => early?.includes('load') || undefined);
  expect(early?.toSorted()).toEqual(['files', 'load', 'progress']);
  api.put('lab-dice', { 'app.ts': 'two' });
  await waitFor('the new version', () => early?.length === 4 || undefined, { within: 5_000 });
  stops.push(hear(late));
  stops.forEach((stop) => stop());
  expect([early?.at(-1), late?.toSorted()]).toEqual(['files', ['files', 'load', 'progress']]);
});
