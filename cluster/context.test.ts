import { choose, identify, whenUnreachable } from './context.ts';
import type { Existing, Facts } from './context.ts';
import type { Context } from './products/index.ts';
import { product as kind } from './products/kind.ts';
import { product as minikube } from './products/minikube.ts';
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

test('uses the current context when it is on this machine', () => {
  const found = facts({ contexts: [context('kind-a'), context('prod', 'https://k8s.example.com')], current: 'kind-a' });
  expect(choose(found)).toEqual({ use: 'context', context: 'kind-a', product: kind });
});

test('refuses a current context of a remote cluster, and suggests local contexts and --context', () => {
  const found = facts({ contexts: [context('kind-a'), context('prod', 'https://k8s.example.com')], current: 'prod' });
  const { advice } = refusal(() => choose(found));
  expect(advice.found).toBe('prod at https://k8s.example.com');
  expect(advice.todo).toEqual(['use a local one: --context kind-a', 'if you do mean this one: --context prod']);
});

test('uses a context of a remote cluster if --context names it', () => {
  const found = facts({ contexts: [context('prod', 'https://k8s.example.com')], requested: 'prod' });
  expect(choose(found)).toEqual({ use: 'context', context: 'prod', product: undefined });
});

test('prefers the context in --context to the current context', () => {
  const found = facts({ contexts: [context('kind-a'), context('minikube')], current: 'kind-a', requested: 'minikube' });
  expect(choose(found)).toEqual({ use: 'context', context: 'minikube', product: minikube });
});

test('refuses an unknown context in --context, and lists the known ones', () => {
  const error = refusal(() =>
    choose(facts({ contexts: [context('kind-a'), context('minikube')], requested: 'kind-b' })),
  );
  expect(error.message).toBe('The kubectl context kind-b does not exist.');
  expect(error.advice.found).toBe('kind-a, minikube');
});

test.each([
  ['the kubeconfig has no context', facts(), 'there is no kubectl context'],
  ['no context is current', facts({ contexts: [context('a')] }), 'no kubectl context is current (there are a)'],
  [
    'the current context is not in the kubeconfig',
    facts({ contexts: [context('a')], current: 'b' }),
    'the current kubectl context, b, is not in the kubeconfig',
  ],
])('chooses the throwaway cluster for root on Linux when %s', (_, found, because) => {
  expect(choose(found)).toEqual({ use: 'devcluster', because });
});

test.each([
  ['current', { current: 'lab' }],
  ['named by --context', { requested: 'lab' }],
])('recognizes our own throwaway cluster when its context is %s', (_, overrides) => {
  const found = facts({ contexts: [context('lab')], devclusterServer: LOOPBACK, ...overrides });
  expect(choose(found)).toMatchObject({ use: 'devcluster' });
});

test('tells a Linux user without root what to install, or to run the command as root', () => {
  const { advice } = refusal(() => choose(facts({ root: false })));
  expect(advice.found).toBe('there is no kubectl context, and no root to start a throwaway cluster with');
  expect(advice.todo).toContain('run this as root, which starts a throwaway Kubernetes: sudo npm run up');
});

test('tells a user on macOS how to enable Docker Desktop’s Kubernetes, and nothing about root', () => {
  const { advice } = refusal(() => choose(facts({ platform: 'darwin', root: true })));
  expect(advice.todo[0]).toContain('Settings, Kubernetes, Enable Kubernetes');
  expect([...advice.todo].join()).not.toContain('sudo');
});

describe('a chosen cluster that does not answer', () => {
  const choice: Existing = { use: 'context', context: 'minikube', product: minikube };

  test('chooses the throwaway cluster if the chosen cluster does not answer, and gives the reason', () => {
    expect(whenUnreachable(choice, facts(), 'connection refused')).toEqual({
      use: 'devcluster',
      because: 'the current kubectl context, minikube, does not answer',
    });
  });

  test.each([
    ['on a Mac', facts({ platform: 'darwin' })],
    ['without root', facts({ root: false })],
    ['when --context asked for it', facts({ requested: 'minikube' })],
  ])('refuses a cluster that does not answer, %s, and says how to start the cluster', (_, found) => {
    const { advice } = refusal(() => whenUnreachable(choice, found, 'connection refused'));
    expect(advice.found).toBe('connection refused');
    expect(advice.todo[0]).toBe('start it: minikube start');
  });
});

describe('a chosen cluster whose nodes are known', () => {
  const nodes = [{ name: 'workshop', labels: { 'minikube.k8s.io/name': 'workshop' }, providerId: undefined }];
  const other = [{ name: 'node-1', labels: {}, providerId: 'gce://p/z/node-1' }];
  const renamed = facts({ contexts: [context('mine')], current: 'mine' });
  const choice: Existing = { use: 'context', context: 'mine', product: undefined };

  test('is used under any name of its context, if a product on this machine made its nodes', () => {
    expect(choose(renamed)).toEqual(choice);
    expect(identify(choice, renamed, nodes)).toEqual({ ...choice, product: minikube });
  });

  test('is refused if no product made its nodes, and --context does not name it', () => {
    expect(refusal(() => identify(choice, renamed, other)).advice.found).toBe('mine at https://127.0.0.1:6443');
    expect(identify(choice, { ...renamed, requested: 'mine' }, other)).toEqual(choice);
  });

  test('has no product if its server is elsewhere, whatever its nodes say', () => {
    const remote = facts({ contexts: [context('mine', 'https://k8s.example.com')], requested: 'mine' });
    expect(identify(choice, remote, nodes)).toEqual(choice);
  });
});
