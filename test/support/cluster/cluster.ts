// The cluster that the tests run against. test/run.ts starts it and tells jest's workers about it through the environment.
import { describeError } from '../../../support/errors.ts';
import { run } from '../../../support/run.ts';
import type { RunOptions, RunResult } from '../../../support/run.ts';

export interface TestCluster {
  name: string;
  kubeconfig: string;
  /** `kubectl proxy` on loopback: the API, and through it every Service and pod, without credentials. */
  api: string;
  /** The port of 127.0.0.1 that is relayed to NodePort 30080. */
  doorPort: number;
  tools: { helm: string; helm3: string; kubectl: string; registry: string };
}

/** A cluster that a test starts for itself, to ill-treat it. */
export const CLUSTER_TO_CRASH = 'intro-otel-test-crash';

const VARIABLE = 'INTRO_OTEL_TEST_CLUSTER';

/** What jest is started with, so that its workers find the cluster. */
export function environmentFor(cluster: TestCluster): Record<string, string> {
  return { [VARIABLE]: JSON.stringify(cluster) };
}

/** @throws Error where there is none */
export function testCluster(): TestCluster {
  const text = process.env[VARIABLE];
  if (text === undefined) throw new Error('These tests need a cluster. Run them as npm test -- --only integration,e2e');
  return JSON.parse(text) as TestCluster;
}

/** For programs in Go that end within seconds: memory for that long takes less than collecting garbage, a fifth of helm's time. https://go.dev/doc/gc-guide#Memory_limit */
export const UNCOLLECTED = { GOGC: 'off', GOMEMLIMIT: '256MiB' };

export type Tool = keyof TestCluster['tools'];

/** Runs a tool against the cluster under test; a failure is thrown with what the tool said. */
export function tool(name: Tool, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { kubeconfig, tools } = testCluster();
  const done = run(tools[name], args, {
    timeout: 300_000,
    ...options,
    env: { ...UNCOLLECTED, ...options.env, KUBECONFIG: kubeconfig },
  });
  return done.catch((error: unknown) => {
    throw new Error(describeError(error)); // jest shows an error's message, and no more of it
  });
}

/** The standard output of kubectl. */
export async function kubectl(...args: string[]): Promise<string> {
  return (await tool('kubectl', args)).stdout;
}

/** Creates or changes objects, as a learner with `kubectl apply` does. */
export async function apply(...objects: object[]): Promise<void> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  await tool('kubectl', ['apply', '-f', '-'], { input });
}

/** The parsed answer of the API to a GET of `path`. @throws Error with status and body when it isn't 2xx */
export async function apiGet<T>(path: string): Promise<T> {
  return JSON.parse(await textOf(await fetch(testCluster().api + path))) as T;
}

/** The body of an answer. @throws Error with status and body when it isn't 2xx */
export async function textOf(response: Response): Promise<string> {
  const body = await response.text();
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${body.slice(0, 500)}`);
  return body;
}
