// Describes the cluster that the tests use. test/run.ts starts the cluster and tells jest's workers about it in an
// environment variable.
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { describeError } from '../../../support/errors.ts';
import { run } from '../../../support/run.ts';
import type { RunOptions, RunResult } from '../../../support/run.ts';

export interface TestCluster {
  name: string;
  kubeconfig: string;
  /**
   * The URL of a `kubectl proxy` on loopback. It gives access to the API, and through it to every Service and pod,
   * without credentials.
   */
  api: string;
  /** The port of 127.0.0.1 that leads to NodePort 30080. */
  doorPort: number;
  tools: { helm: string; helm3: string; kubectl: string; registry: string };
}

/** The name of a second cluster, which one test starts in order to damage it. */
export const CLUSTER_TO_CRASH = 'intro-otel-test-crash';

const VARIABLE = 'INTRO_OTEL_TEST_CLUSTER';

/** Returns the environment variables that describe the cluster to jest's workers. */
export function environmentFor(cluster: TestCluster): Record<string, string> {
  return { [VARIABLE]: JSON.stringify(cluster) };
}

/** Whether test/run.ts has started a cluster for these tests. */
export const hasTestCluster = (): boolean => process.env[VARIABLE] !== undefined;

/** Returns the cluster that test/run.ts has started. @throws Error if there is none */
export function testCluster(): TestCluster {
  const text = process.env[VARIABLE];
  if (text === undefined) throw new Error('These tests need a cluster. Run them as npm test -- --only integration,e2e');
  return JSON.parse(text) as TestCluster;
}

/**
 * Environment variables that turn off garbage collection in Go programs. For programs that end within seconds, such as
 * helm, this saves a fifth of the time.
 * https://go.dev/doc/gc-guide#Memory_limit
 */
export const UNCOLLECTED = { GOGC: 'off', GOMEMLIMIT: '256MiB' };

export type Tool = keyof TestCluster['tools'];

/** Runs a tool with the kubeconfig of the tests' cluster. @throws Error with the tool's output if it fails */
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

/** Runs kubectl. @returns the standard output */
export async function kubectl(...args: string[]): Promise<string> {
  return (await tool('kubectl', args)).stdout;
}

/** Returns a kubeconfig of the tests' cluster for an account, with a new token, as JSON. */
export async function kubeconfigOf(account: string, namespace: string): Promise<string> {
  const {
    clusters: [{ cluster }],
  } = parse(await readFile(testCluster().kubeconfig, 'utf8')) as { clusters: [{ cluster: object }] };
  const token = (await kubectl('create', 'token', account, '--namespace', namespace)).trim();
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': account,
    clusters: [{ name: account, cluster }],
    contexts: [{ name: account, context: { cluster: account, user: account } }],
    users: [{ name: account, user: { token } }],
  });
}

/** Creates or changes objects with `kubectl apply`. */
export async function apply(...objects: object[]): Promise<void> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  await tool('kubectl', ['apply', '-f', '-'], { input });
}

/**
 * Sends a GET request to the API server. @returns the parsed answer @throws Error with status and body if the status
 * isn't 2xx
 */
export async function apiGet<T>(path: string): Promise<T> {
  return JSON.parse(await textOf(await fetch(testCluster().api + path))) as T;
}

/** Returns the body of an answer as text. @throws Error with status and body if the status isn't 2xx */
export async function textOf(response: Response): Promise<string> {
  const body = await response.text();
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${body.slice(0, 500)}`);
  return body;
}
