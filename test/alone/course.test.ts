// The course on the real node, each step as its folder says that it is done: the files are saved as the editor saves them, and the check
// has to find what they really send. By itself, as rounds have their 500 ms here.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { repoRoot } from '../../cluster/support/paths.ts';
import { FAULTS, truthOf } from '../../apps/prizes/faults.ts';
import { say } from '../../cluster/support/output.ts';
import { eventually } from '../support/eventually.ts';
import { Lab } from '../support/lab.ts';
import { useNamespace } from '../support/namespace.ts';

const folder = join(repoRoot, 'apps', 'guide', 'course');
const lab = new Lab(useNamespace('alone-course'));

beforeAll(async () => {
  await lab.install({ flask: { enabled: true } });
  await lab.settled();
}, 150_000);

async function ask<T>(path: string, body?: object, method = 'POST'): Promise<T> {
  const headers = { 'x-intro-otel': '1', 'content-type': 'application/json' };
  return JSON.parse(await lab.text('guide', `/api${path}`, body && { method, headers, body: JSON.stringify(body) })) as T;
}

type Answers = Record<string, string>;
interface Span { spanId: string; duration: number; children: Span[] }

/** What the step's folder says that its files are when it is done. */
function solutionOf(id: string): Record<string, string> {
  const fill: Record<string, string> = { $RELEASE: lab.release, $NAMESPACE: lab.namespace, $PRIZES_URL: `http://${lab.release}-prizes:8080` };
  const filled = (text: string): string => Object.entries(fill).reduce((so, [word, value]) => so.replaceAll(word, value), text);
  const paths = ['app.ts', 'settings.env', 'collector.yaml'].map((name) => ({ name, path: join(folder, id, 'files', name) }));
  return Object.fromEntries(paths.filter(({ path }) => existsSync(path)).map(({ name, path }) => [name, filled(readFileSync(path, 'utf8'))]));
}

/** Saves the files as Run does, and waits until the new pods are the only ones. */
async function run(files: Record<string, string>): Promise<void> {
  if (Object.keys(files).length === 0) return;
  const { version } = await ask<{ version: string }>('/files');
  const { restarted } = await ask<{ restarted: string[] }>('/files', { version, files }, 'PUT');
  if (restarted.length > 0) await lab.rolledOut(...restarted);
}

/** The trace of the step, read as a learner reads it. */
async function readTrace(traceId: string): Promise<Answers> {
  const { roots: [root] } = await eventually(() => ask<{ roots: Span[] }>(`/traces/${traceId}`), { within: 10_000 });
  if (root === undefined) throw new Error(`trace ${traceId} has no root`);
  const below = (span: Span): Span[] => span.children.flatMap((child) => [child, ...below(child)]);
  const slowest = below(root).reduce((longest, span) => (span.duration > longest.duration ? span : longest));
  return { root: root.spanId, slowest: slowest.spanId, parent: root.spanId, child: root.children[0]?.spanId ?? '' };
}

/** Both stories happen, one after the other, in a busy lab; who is hit is what prizes knows. */
async function troubleshoot(): Promise<Answers> {
  await ask('/load', { perMinute: 120 }, 'PUT');
  for (const name of FAULTS) {
    await ask('/faults', { name, on: true }, 'PUT');
    await sleep(15_000);
    await ask('/faults', { name, on: false }, 'PUT');
  }
  await ask('/load', { perMinute: 0 }, 'PUT');
  const truth = Object.entries(truthOf({ release: lab.release, namespace: lab.namespace }));
  return Object.fromEntries(truth.flatMap(([fault, traits]) => Object.entries(traits as Answers).map(([name, value]) => [`${fault}.${name}`, value])));
}

const answersOf: Record<string, (traceId: string) => Answers | Promise<Answers>> = {
  '02-read-a-trace': readTrace,
  '03-opentelemetry': () => ({ pick: 'express' }),
  '10-troubleshooting': troubleshoot,
};

const steps = readdirSync(folder).filter((name) => /^\d\d-/.test(name)).sort();

test.each(steps)('step %s is verified', async (id) => {
  const began = performance.now();
  const { traceId = '' } = await ask<{ traceId?: string }>(`/course/${id}/start`, {});
  await run(solutionOf(id));
  const answers = (await answersOf[id]?.(traceId)) ?? {};
  expect(await ask(`/course/${id}/check`, { answers })).toMatchObject({ passed: true });
  say(`${id}: verified after ${((performance.now() - began) / 1000).toFixed(1)} s`);
}, 120_000);

test('all that was verified is counted, and outlives the guide', async () => {
  await lab.kubectl('rollout', 'restart', `deployment/${lab.release}-guide`);
  await lab.rolledOut('guide');
  const { passed, steps: told } = await eventually(() => ask<{ passed: number; steps: { id: string; state: string }[] }>('/course'), { within: 30_000 });
  expect([passed, told.filter(({ state }) => state === 'passed').map(({ id }) => id)]).toEqual([steps.length, steps]);
});

test('what is written into the ConfigMap by hand is not verified', async () => {
  const forged = { '11-next-steps': { startedAt: new Date().toISOString(), passedAt: new Date().toISOString(), proof: 'f'.repeat(64) } };
  await lab.kubectl('patch', 'configmap', `${lab.release}-progress`, '--type=merge', '--patch', JSON.stringify({ data: { passed: '11', steps: JSON.stringify(forged) } }));
  const { passed, steps: told } = await ask<{ passed: number; steps: { id: string; state: string }[] }>('/course');
  expect([passed, told.at(-1)?.state]).toEqual([0, 'unverified']);
});
