// The cluster that the tests run against. test/run.ts starts it, and passes it to jest's workers in environment
// variables.
import { describeError } from '../../../support/errors.ts';
import { run } from '../../../support/run.ts';
import type { RunOptions, RunResult } from '../../../support/run.ts';

export interface TestCluster {
  name: string;
  kubeconfig: string;
  /** `kubectl proxy` on loopback. It serves the API, and through it every Service and pod, without credentials. */
  api: string;
  /** The port of 127.0.0.1 that is relayed to NodePort 30080. */
  doorPort: number;
  tools: { helm: string; helm3: string; kubectl: string; registry: string };
}

/** A cluster that one test starts for itself, to damage it. */
export const CLUSTER_TO_CRASH = 'intro-otel-test-crash';

const VARIABLE = 'INTRO_OTEL_TEST_CLUSTER';

/** The environment variables that tell jest's workers about the cluster. */
export function environmentFor(cluster: TestCluster): Record<string, string> {
  return { [VARIABLE]: JSON.stringify(cluster) };
}

/** @throws Error if there is no cluster */
export function testCluster(): TestCluster {
  const text = process.env[VARIABLE];
  if (text === undefined) throw new Error('These tests need a cluster. Run them as npm test -- --only integration,e2e');
  return JSON.parse(text) as TestCluster;
}

/**
 * Turns off garbage collection for Go programs that end within seconds, which saves a fifth of helm's time.
 * https://go.dev/doc/gc-guide#Memory_limit
 */
export const UNCOLLECTED = { GOGC: 'off', GOMEMLIMIT: '256MiB' };

export type Tool = keyof TestCluster['tools'];

/** Runs a tool against the cluster under test. A failure is thrown with the tool's output. */
export function tool(name: Tool, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { kubeconfig, tools } = testCluster();
  const done = run(tools[name], args, {
    timeout: 300_000,
    ...options,
    env: { ...UNCOLLECTED, ...options.env, KUBECONFIG: kubeconfig },
  });
  return done.catch((error: unknown) => {
    throw new Error(describeError(error)); // jest only shows an error's message
  });
}

/** Runs kubectl. @returns its standard output */
export async function kubectl(...args: string[]): Promise<string> {
  return (await tool('kubectl', args)).stdout;
}

/** Creates or changes objects, as a learner does with `kubectl apply`. */
export async function apply(...objects: object[]): Promise<void> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  await tool('kubectl', ['apply', '-f', '-'], { input });
}

/** Gets `path` from the API. @returns the parsed answer @throws Error with status and body if the status isn't 2xx */
export async function apiGet<T>(path: string): Promise<T> {
  return JSON.parse(await textOf(await fetch(testCluster().api + path))) as T;
}

/** The body of an answer. @throws Error with status and body if the status isn't 2xx */
export async function textOf(response: Response): Promise<string> {
  const body = await response.text();
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${body.slice(0, 500)}`);
  return body;
}
