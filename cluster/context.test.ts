import { choose, localKind, whenUnreachable } from './context.ts';
import type { Context, Existing, Facts } from './context.ts';
import { UserError } from '../support/errors.ts';

const LOOPBACK = 'https://127.0.0.1:6443';

function context(name: string, server: string | undefined = LOOPBACK): Context {
  return { name, server };
}

function facts(overrides: Partial<Facts> = {}): Facts {
  return {
    contexts: [],
    current: undefined,
    requested: undefined,
    devclusterServer: undefined,
    platform: 'linux',
    root: true,
    ...overrides,
  };
}

function refusal(act: () => unknown): UserError {
  try {
    act();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

test.each([
  ['docker-desktop', 'https://kubernetes.docker.internal:6443', 'docker-desktop'],
  ['docker-desktop', 'https://127.0.0.1:55000', 'docker-desktop'],
  ['docker-for-desktop', 'https://localhost:6443', 'docker-desktop'],
  ['kind-kind', 'https://127.0.0.1:40123', 'kind'],
  ['minikube', 'https://192.168.49.2:8443', 'minikube'],
  ['k3d-class', 'https://0.0.0.0:40000', 'k3d'],
  ['rancher-desktop', 'https://127.0.0.1:6443', 'rancher-desktop'],
  ['colima', 'https://127.0.0.1:6443', 'colima'],
  ['colima-work', 'https://127.0.0.1:6443', 'colima'],
  ['orbstack', 'https://k8s.orb.local:26443', 'orbstack'],
  ['microk8s', 'https://10.0.0.7:16443', 'microk8s'],
  ['microk8s', 'https://172.31.0.7:16443', 'microk8s'],
  ['default', 'https://127.0.0.1:6443', 'k3s'],
  ['default', 'https://[::1]:6443', 'k3s'],
  ['default', 'https://192.168.1.20:6443', undefined],
  ['kind-prod', 'https://k8s.example.com', undefined],
  ['docker-desktop', 'https://52.1.2.3:6443', undefined],
  ['minikube', 'https://172.32.0.1:8443', undefined],
  ['kind-', 'https://127.0.0.1:1', undefined],
  ['gke_team_europe_prod', 'https://127.0.0.1:6443', undefined],
  ['docker-desktop', undefined, undefined],
  ['docker-desktop', 'not a url', undefined],
])('a context %s at %s is of kind %s', (name, server, kind) => {
  expect(localKind({ name, server })).toBe(kind);
});

test('the current context is used when it is on this machine', () => {
  const found = facts({ contexts: [context('kind-a'), context('prod', 'https://k8s.example.com')], current: 'kind-a' });
  expect(choose(found)).toEqual({ use: 'context', context: 'kind-a', kind: 'kind' });
});

test('a current context elsewhere is refused, and the message names the way to use it and the local ones', () => {
  const found = facts({ contexts: [context('kind-a'), context('prod', 'https://k8s.example.com')], current: 'prod' });
  const { advice } = refusal(() => choose(found));
  expect(advice.found).toBe('prod at https://k8s.example.com');
  expect(advice.todo).toEqual(['use a local one: --context kind-a', 'if you do mean this one: --context prod']);
});

test('a context elsewhere is used when --context names it', () => {
  const found = facts({ contexts: [context('prod', 'https://k8s.example.com')], requested: 'prod' });
  expect(choose(found)).toEqual({ use: 'context', context: 'prod', kind: 'other' });
});

test('--context wins over the current context', () => {
  const found = facts({ contexts: [context('kind-a'), context('minikube')], current: 'kind-a', requested: 'minikube' });
  expect(choose(found)).toEqual({ use: 'context', context: 'minikube', kind: 'minikube' });
});

test('a --context that does not exist is refused with the ones that do', () => {
  const error = refusal(() =>
    choose(facts({ contexts: [context('kind-a'), context('minikube')], requested: 'kind-b' })),
  );
  expect(error.message).toBe('There is no kubectl context kind-b.');
  expect(error.advice.found).toBe('kind-a, minikube');
});

test.each([
  ['there is no context', facts(), 'there is no kubectl context'],
  ['none is current', facts({ contexts: [context('a')] }), 'no kubectl context is current (there are a)'],
  [
    'the current one is not in the kubeconfig',
    facts({ contexts: [context('a')], current: 'b' }),
    'the current kubectl context, b, is not in the kubeconfig',
  ],
])('root on Linux gets the throwaway cluster when %s', (_, found, because) => {
  expect(choose(found)).toEqual({ use: 'throwaway', because });
});

test.each([
  ['current', { current: 'lab' }],
  ['named by --context', { requested: 'lab' }],
])('our own throwaway cluster is recognised when its context is %s', (_, overrides) => {
  const found = facts({ contexts: [context('lab')], devclusterServer: LOOPBACK, ...overrides });
  expect(choose(found)).toMatchObject({ use: 'throwaway' });
});

test('Linux without root is told what to install, and that root would do', () => {
  const { advice } = refusal(() => choose(facts({ root: false })));
  expect(advice.found).toBe('there is no kubectl context, and no root to start a throwaway cluster with');
  expect(advice.todo).toContain('run this as root, which starts a throwaway Kubernetes: sudo npm run up');
});

test('macOS without a Kubernetes is told how to enable Docker Desktop’s, and nothing about root', () => {
  const { advice } = refusal(() => choose(facts({ platform: 'darwin', root: true })));
  expect(advice.todo[0]).toContain('Settings, Kubernetes, Enable Kubernetes');
  expect([...advice.todo].join()).not.toContain('sudo');
});

describe('when the chosen cluster does not answer', () => {
  const choice: Existing = { use: 'context', context: 'minikube', kind: 'minikube' };

  test('the throwaway cluster takes its place where it can run, and it is said why', () => {
    expect(whenUnreachable(choice, facts(), 'connection refused')).toEqual({
      use: 'throwaway',
      because: 'the current kubectl context, minikube, does not answer',
    });
  });

  test.each([
    ['on a Mac', facts({ platform: 'darwin' })],
    ['without root', facts({ root: false })],
    ['when --context asked for it', facts({ requested: 'minikube' })],
  ])('%s it is an error that says how to start it', (_, found) => {
    const { advice } = refusal(() => whenUnreachable(choice, found, 'connection refused'));
    expect(advice.found).toBe('connection refused');
    expect(advice.todo[0]).toBe('start it: minikube start');
  });
});
