import { buildCommand, copyCommands, labelCommand, planEngine, pushCommands, saveCommand } from './engines.ts';
import type { Destination, Engine, EngineFacts, EngineName } from './engines.ts';
import { product as devcluster } from './products/devcluster.ts';
import { product as kind } from './products/kind.ts';
import { noEngines } from './testing/no-engines.ts';
import { UserError } from '../support/errors.ts';

const IMAGE = 'docker.io/library/intro-otel:0.1.0';

function engine(name: EngineName): Engine {
  return { name, command: [name] };
}

test.each<[string, Destination, Partial<EngineFacts>, string]>([
  ['kind', { product: kind, name: 'kind-a' }, { docker: true, podman: true }, 'docker'],
  ['kind on podman', { product: kind, name: 'kind-a' }, { podman: true, buildah: true }, 'podman'],
  ['the throwaway cluster', { product: devcluster, name: 'a' }, { buildah: true }, 'buildah'],
  ['a registry', 'registry', { nerdctl: true, buildah: true }, 'nerdctl'],
])('builds an image for %s with a suitable container engine of the machine', (_, destination, found, expected) => {
  const { engine: chosen, shared } = planEngine({ ...noEngines, ...found }, destination);
  expect([chosen.command.join(' '), shared]).toEqual([expected, false]);
});

test('refuses to build an image without a container engine that answers', () => {
  const plan = (): unknown => planEngine(noEngines, { product: devcluster, name: 'a' });
  expect(plan).toThrow(UserError);
  expect(plan).toThrow('There is no container engine to build the image with.');
});

test.each<[EngineName, string]>([
  ['docker', 'docker build --file D --tag T --label a=b C'],
  ['podman', 'podman build --file D --tag T --label a=b C'],
  ['buildah', 'buildah build --isolation chroot --layers=false --file D --tag T --label a=b C'],
])('returns the build command of %s', (name, command) => {
  expect(buildCommand(engine(name), { dockerfile: 'D', context: 'C', tag: 'T', labels: { a: 'b' } }).join(' ')).toBe(
    command,
  );
});

test('passes build arguments and the target stage to the build command', () => {
  const build = { dockerfile: 'D', context: 'C', tag: 'T', labels: {}, args: { BASE: 'b:1' }, target: 'staged' };
  expect(buildCommand(engine('docker'), build).join(' ')).toBe(
    'docker build --file D --tag T --build-arg BASE=b:1 --target staged C',
  );
});

test.each<[EngineName, string]>([
  ['docker', `docker save --output a.tar ${IMAGE}`],
  ['nerdctl', `nerdctl save --output a.tar ${IMAGE}`],
  ['podman', `podman save --format docker-archive --output a.tar ${IMAGE}`],
  ['buildah', `buildah push ${IMAGE} docker-archive:a.tar:${IMAGE}`],
])('returns the command of %s that saves an archive with the image name', (name, command) => {
  expect(saveCommand(engine(name), IMAGE, 'a.tar').join(' ')).toBe(command);
});

test.each<[EngineName, boolean, string[]]>([
  ['docker', true, [`docker tag ${IMAGE} r/x:1`, 'docker push r/x:1']],
  ['nerdctl', true, [`nerdctl tag ${IMAGE} r/x:1`, 'nerdctl push --insecure-registry r/x:1']],
  ['nerdctl', false, [`nerdctl tag ${IMAGE} r/x:1`, 'nerdctl push r/x:1']],
  ['podman', true, [`podman push --tls-verify=false ${IMAGE} docker://r/x:1`]],
  ['buildah', true, [`buildah push --tls-verify=false ${IMAGE} docker://r/x:1`]],
  ['buildah', false, [`buildah push ${IMAGE} docker://r/x:1`]],
])('returns the push commands of %s (without TLS: %s)', (name, insecure, commands) => {
  expect(pushCommands(engine(name), IMAGE, 'r/x:1', insecure).map((command) => command.join(' '))).toEqual(commands);
});

test("returns each engine's command that prints a label of an image", () => {
  expect(labelCommand(engine('docker'), IMAGE, 'x')).toContain('{{index .Config.Labels "x"}}');
  expect(labelCommand(engine('buildah'), IMAGE, 'x')).toContain('{{index .OCIv1.Config.Labels "x"}}');
});

test("copies an image by the product's own name of the cluster, also if the context was renamed", () => {
  const nodes = [{ name: 'class-worker', labels: {}, providerId: 'kind://docker/class/class-worker' }];
  const words = (known: typeof nodes) =>
    copyCommands({ product: kind, name: 'kind-mine', nodes: known }, 'a.tar', []).map((one) => one.words.join(' '));
  expect(words(nodes)).toEqual(['kind load image-archive a.tar --name class']);
  expect(words([])).toEqual(['kind load image-archive a.tar --name mine']);
});
