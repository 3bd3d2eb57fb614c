import { buildCommand, labelCommand, loadCommand, planEngine, pushCommands, saveCommand } from './engines.ts';
import type { Destination, Engine, EngineFacts, EngineName, Plan } from './engines.ts';
import { UserError } from '../support/errors.ts';

const IMAGE = 'docker.io/library/intro-otel:0.1.0';

function facts(overrides: Partial<EngineFacts> = {}): EngineFacts {
  return {
    docker: false,
    dockerContexts: [],
    nerdctl: false,
    colimaNerdctl: false,
    podman: false,
    buildah: false,
    ...overrides,
  };
}

function engine(name: EngineName): Engine {
  return { name, command: [name] };
}

test.each<[string, Destination, Partial<EngineFacts>, Pick<Plan, 'shared'> & { command: string }]>([
  [
    'Docker Desktop',
    { kind: 'docker-desktop', context: 'docker-desktop' },
    { docker: true },
    { command: 'docker', shared: true },
  ],
  [
    'Docker Desktop beside another docker',
    { kind: 'docker-desktop', context: 'docker-desktop' },
    { docker: true, dockerContexts: ['default', 'desktop-linux'] },
    { command: 'docker --context desktop-linux', shared: true },
  ],
  [
    'OrbStack',
    { kind: 'orbstack', context: 'orbstack' },
    { docker: true, dockerContexts: ['orbstack'] },
    { command: 'docker --context orbstack', shared: true },
  ],
  [
    'Rancher Desktop with containerd',
    { kind: 'rancher-desktop', context: 'rancher-desktop' },
    { nerdctl: true },
    { command: 'nerdctl --namespace k8s.io', shared: true },
  ],
  [
    'Colima with containerd',
    { kind: 'colima', context: 'colima' },
    { colimaNerdctl: true },
    { command: 'colima nerdctl -- --namespace k8s.io', shared: true },
  ],
  [
    'a second Colima with docker',
    { kind: 'colima', context: 'colima-work' },
    { docker: true, dockerContexts: ['colima', 'colima-work'] },
    { command: 'docker --context colima-work', shared: true },
  ],
  ['kind', { kind: 'kind', context: 'kind-a' }, { docker: true, podman: true }, { command: 'docker', shared: false }],
  [
    'kind on podman',
    { kind: 'kind', context: 'kind-a' },
    { podman: true, buildah: true },
    { command: 'podman', shared: false },
  ],
  ['the throwaway cluster', { kind: 'throwaway', name: 'a' }, { buildah: true }, { command: 'buildah', shared: false }],
  ['a registry', { kind: 'registry' }, { nerdctl: true, buildah: true }, { command: 'nerdctl', shared: false }],
])('for %s', (_, destination, found, expected) => {
  const { engine: chosen, shared } = planEngine(facts(found), destination);
  expect({ command: chosen.command.join(' '), shared }).toEqual(expected);
});

test('a docker command without a daemon is no engine, and the message says so', () => {
  expect(() => planEngine(facts(), { kind: 'throwaway', name: 'a' })).toThrow(UserError);
  expect(() => planEngine(facts(), { kind: 'throwaway', name: 'a' })).toThrow(
    'There is no container engine to build the image with.',
  );
});

test('a cluster that runs images from its own engine is not served by another one', () => {
  expect(() =>
    planEngine(facts({ buildah: true, podman: true }), { kind: 'docker-desktop', context: 'docker-desktop' }),
  ).toThrow(UserError);
});

test.each<[EngineName, string]>([
  ['docker', 'docker build --file D --tag T --label a=b C'],
  ['podman', 'podman build --file D --tag T --label a=b C'],
  ['buildah', 'buildah build --isolation chroot --layers=false --file D --tag T --label a=b C'],
])('%s builds', (name, command) => {
  expect(buildCommand(engine(name), { dockerfile: 'D', context: 'C', tag: 'T', labels: { a: 'b' } }).join(' ')).toBe(
    command,
  );
});

test('a build can be given values for ARGs, and a stage to stop at', () => {
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
])('%s saves an archive that names the image', (name, command) => {
  expect(saveCommand(engine(name), IMAGE, 'a.tar').join(' ')).toBe(command);
});

test.each<[EngineName, boolean, string[]]>([
  ['docker', true, [`docker tag ${IMAGE} r/x:1`, 'docker push r/x:1']],
  ['nerdctl', true, [`nerdctl tag ${IMAGE} r/x:1`, 'nerdctl push --insecure-registry r/x:1']],
  ['nerdctl', false, [`nerdctl tag ${IMAGE} r/x:1`, 'nerdctl push r/x:1']],
  ['podman', true, [`podman push --tls-verify=false ${IMAGE} docker://r/x:1`]],
  ['buildah', true, [`buildah push --tls-verify=false ${IMAGE} docker://r/x:1`]],
  ['buildah', false, [`buildah push ${IMAGE} docker://r/x:1`]],
])('%s pushes (without TLS: %s)', (name, insecure, commands) => {
  expect(pushCommands(engine(name), IMAGE, 'r/x:1', insecure).map((command) => command.join(' '))).toEqual(commands);
});

test.each([
  ['kind', 'kind-class', 'kind load image-archive a.tar --name class'],
  ['minikube', 'minikube', 'minikube image load a.tar --profile minikube'],
  ['k3d', 'k3d-class', 'k3d image import a.tar --cluster class'],
  ['microk8s', 'microk8s', 'microk8s ctr image import a.tar'],
  ['k3s', 'default', 'k3s ctr images import a.tar'],
] as const)('%s is given the archive by its own command', (kind, context, command) => {
  expect(loadCommand(kind, context, 'a.tar')?.join(' ')).toBe(command);
});

test('Docker Desktop needs no archive', () => {
  expect(loadCommand('docker-desktop', 'docker-desktop', 'a.tar')).toBeUndefined();
});

test('a label is asked for where each engine keeps it', () => {
  expect(labelCommand(engine('docker'), IMAGE, 'x')).toContain('{{index .Config.Labels "x"}}');
  expect(labelCommand(engine('buildah'), IMAGE, 'x')).toContain('{{index .OCIv1.Config.Labels "x"}}');
});
