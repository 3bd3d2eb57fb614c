// Creates two namespaces with a pod each and a NetworkPolicy between them, on any cluster. Tests use them to see which
// pod can reach which.
import { IMAGE } from '../../../cluster/image/image.ts';
import { describeError } from '../../../support/errors.ts';
import { run } from '../../../support/run.ts';
import { eventually } from '../../../support/waiting.ts';

/** A function that runs kubectl against one cluster and returns the standard output. */
export type Kubectl = (args: readonly string[], input?: string) => Promise<string>;

export function kubectlOf(program: string, kubeconfig: string): Kubectl {
  return async (args, input = '') => {
    const done = run(program, args, { env: { KUBECONFIG: kubeconfig }, input, timeout: 120_000 });
    const { stdout } = await done.catch((error: unknown) => {
      throw new Error(describeError(error));
    });
    return stdout;
  };
}

const SERVER = "require('http').createServer((request, response) => response.end('here')).listen(8080)";

/**
 * Creates the namespaces `open` and `guarded`. Each has a pod `peer`, which serves on port 8080. A NetworkPolicy lets
 * only pods of `guarded` reach the pod in `guarded`.
 */
export async function makeNeighbours(kubectl: Kubectl): Promise<void> {
  const objects = [...neighbour('open'), ...neighbour('guarded'), onlyOwnNamespace('guarded')];
  await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  for (const namespace of ['open', 'guarded'])
    await kubectl(['wait', '-n', namespace, 'pod/peer', 'pod/visitor', '--for=condition=Ready', '--timeout=60s']);
}

function neighbour(namespace: string): object[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    pod(namespace, 'peer', SERVER),
    pod(namespace, 'visitor', 'setInterval(() => {}, 1e6)'),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'peer', namespace },
      spec: { selector: { app: 'peer' }, ports: [{ port: 80, targetPort: 8080 }] },
    },
  ];
}

function pod(namespace: string, name: string, program: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { app: name } },
    spec: { terminationGracePeriodSeconds: 0, containers: [{ name, image: IMAGE, command: ['node', '-e', program] }] },
  };
}

function onlyOwnNamespace(namespace: string): object {
  const spec = { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector: {} }] }] };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'only-own-namespace', namespace },
    spec,
  };
}

/** Sends a request from the pod in namespace `from`. @returns the answer's body, or the code of the error */
export async function request(kubectl: Kubectl, from: string, url: string): Promise<string> {
  const program = `fetch('${url}', { signal: AbortSignal.timeout(3000) })
    .then((answer) => answer.text())
    .catch((error) => error.cause?.code ?? error.name)
    .then(console.log)`;
  return (await kubectl(['exec', '-n', from, 'visitor', '--', 'node', '-e', program])).trim();
}

/** Returns the IP address of the pod `peer` in a namespace. */
export function addressOf(kubectl: Kubectl, namespace: string): Promise<string> {
  return kubectl(['get', '-n', namespace, 'pod', 'peer', '-o', 'jsonpath={.status.podIP}']);
}

/** Repeats a request until the answer matches, because a NetworkPolicy takes a moment to apply. */
export async function expectAnswer(kubectl: Kubectl, from: string, url: string, expected: RegExp): Promise<void> {
  await eventually(async () => expect(await request(kubectl, from, url)).toMatch(expected));
}
