import { copyCommands, planEngine } from '../engines.ts';
import { noEngines } from '../testing/no-engines.ts';
import { product } from './docker-desktop-kind.ts';
import { productOf } from './index.ts';

const nodes = ['control-plane', 'worker'].map((name) => ({
  name: `desktop-${name}`,
  labels: {},
  providerId: `kind://docker/desktop/desktop-${name}`,
}));
const cluster = { product, name: 'docker-desktop', nodes };

test('leaves a context of Docker Desktop to the product of kubeadm, until the nodes are known', () => {
  const context = { name: 'docker-desktop', server: 'https://127.0.0.1:55000' };
  expect(productOf(context, { devclusterServer: undefined })?.kind).toBe('docker-desktop');
});

test('copies the image to each node, because the nodes share no store with docker', () => {
  expect(planEngine({ ...noEngines, docker: true }, cluster)).toMatchObject({ shared: false });
  const words = copyCommands(cluster, 'a.tar', ['default', 'desktop-linux']);
  expect(words.map(({ words, input }) => [words.slice(0, 6).join(' '), words.slice(6).join(' '), input])).toEqual(
    ['desktop-control-plane', 'desktop-worker'].map((node) => [
      `docker --context desktop-linux exec --interactive ${node}`,
      'ctr --namespace k8s.io images import --all-platforms -',
      'a.tar',
    ]),
  );
});

test('uses the default context of docker if Docker Desktop has none of its own', () => {
  expect(copyCommands(cluster, 'a.tar', ['default'])[0]?.words.slice(0, 3)).toEqual([
    'docker',
    'exec',
    '--interactive',
  ]);
});

test('says what to do if docker does not reach the nodes', () => {
  expect(product.loadHint).toMatch(/Show system containers.*kubeadm/);
});
