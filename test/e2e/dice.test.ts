// Tests changes of dice's code: edited in the cluster, broken, repaired, and kept or replaced by an upgrade.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../support/waiting.ts';
import { chart, Lab } from '../support/cluster/lab.ts';
import { podLog, useNamespace } from '../support/cluster/namespace.ts';
import { isLeaving, isReady, restarts } from '../support/matchers/objects.ts';
import type { Pod } from '../support/matchers/objects.ts';
import { playedRound } from '../support/otlp/traces.ts';

const lab = new Lab(useNamespace('e2e-dice'));
const dice = `${lab.release}-dice`;

let original: string;

beforeAll(async () => {
  await lab.installQuietly();
  original = await lab.diceSource();
}, 150_000);

/** Returns dice's original source with one more line before the line that starts the server. */
function withLine(line: string): string {
  expect(original).toContain('\napp.listen(');
  return original.replace('\napp.listen(', `\n${line}\n\napp.listen(`);
}

test("dice receives a traceparent header with the ids of the trace and of the arcade's client span", async () => {
  await lab.editDice(
    original.replace(
      "app.get('/rolldice', (request, response) => {\n",
      "app.get('/rolldice', (request, response) => {\n  log.info('traceparent ' + request.headers.traceparent);\n",
    ),
  );
  await lab.rolledOut('dice');
  const { traceId, spans } = await playedRound(lab);
  const caller = await eventually(async () => {
    const found = new RegExp(`traceparent 00-${traceId}-([0-9a-f]{16})-01`).exec(await lab.log('dice'))?.[1];
    expect(found).toBeDefined();
    return found;
  });
  expect(spans.filter((span) => span.spanId === caller)).toMatchObject([{ service: 'arcade', kind: 'client' }]);
  expect(spans.filter((span) => span.parentSpanId === caller)).toMatchObject([{ service: 'dice', kind: 'server' }]);
});

describe('dice after an edit with a syntax error', () => {
  let broken: Pod;

  beforeAll(async () => {
    const source = withLine('const = 1;');
    await lab.editDice(source);
    broken = await eventually(async () => {
      const [pod, ...others] = (await lab.pods('dice')).filter((one) => restarts(one) > 0);
      expect(others).toEqual([]);
      if (pod === undefined) throw new Error('no pod of the dice has failed yet');
      return pod;
    });
  });

  /** Matches the file and line number of the error: the line that withLine has added. */
  const place = (): RegExp =>
    new RegExp(`app\\.ts:${original.split('\n').findIndex((line) => line.startsWith('app.listen(')) + 1}`);

  test("reports the syntax error in the new pod's log, with file and line", async () => {
    // Kubernetes restarts the container repeatedly, and each restart begins a new log.
    const log = await eventually(
      async () => {
        const text = await podLog(broken);
        expect(text).toMatch(place());
        return text;
      },
      { every: 100 },
    );
    expect(log.split('\n').length).toBeLessThan(15);
  });

  test("reports the syntax error in the new pod's status, with file and line", () => {
    const [container] = broken.status.containerStatuses ?? [];
    const terminated = container?.state.terminated ?? container?.lastState.terminated;
    expect(terminated?.message).toMatch(place());
    expect(terminated?.exitCode).not.toBe(0);
  });

  test('keeps the old pod of dice serving, and the rest of the lab unchanged', async () => {
    expect(Number(await lab.text('dice', '/rolldice'))).toBeGreaterThanOrEqual(1);
    await playedRound(lab);
    const others = (await lab.pods()).filter((pod) => pod.metadata.name !== broken.metadata.name && !isLeaving(pod));
    expect(others.filter((pod) => !isReady(pod) || restarts(pod) > 0).map((pod) => pod.metadata.name)).toEqual([]);
  });

  test('runs the next edit, which repairs the syntax error', async () => {
    await lab.editDice(withLine("app.get('/mended', (request, response) => { response.send('mended'); });"));
    await lab.rolledOut('dice');
    await expect(lab.text('dice', '/mended')).resolves.toBe('mended');
  });
});

test("keeps the learner's edits in an upgrade, which restarts only the Deployments that it changes", async () => {
  const edited = withLine("app.get('/kept', (request, response) => { response.send('kept'); });");
  await lab.editDice(edited);
  await lab.rolledOut('dice');
  const { [`${lab.release}-arcade`]: arcade, ...others } = await lab.podUids();
  await lab.upgradeQuietly({ arcade: { budgetMs: 9_000 } });
  await expect(lab.diceSource()).resolves.toBe(edited);
  await expect(lab.text('dice', '/kept')).resolves.toBe('kept');
  const { [`${lab.release}-arcade`]: arcadeNow, ...othersNow } = await lab.podUids();
  expect(othersNow).toEqual({ ...others, [dice]: expect.any(String) as unknown });
  expect(arcadeNow).not.toBe(arcade);
});

test('restarts nothing in an upgrade that changes nothing', async () => {
  await lab.upgradeQuietly({ arcade: { budgetMs: 9_000 } });
  const before = await lab.podUids();
  await lab.upgradeQuietly({ arcade: { budgetMs: 9_000 } });
  expect(await lab.podUids()).toEqual(before);
});

test('replaces the code of dice with helm upgrade --set-file dice.source=FILE, and restarts only dice', async () => {
  const before = await lab.podUids();
  const directory = await mkdtemp(join(tmpdir(), 'dice-'));
  const file = join(directory, 'app.ts');
  await writeFile(file, withLine("app.get('/from-file', (request, response) => { response.send('from a file'); });"));
  // After an edit with kubectl, kubectl's field manager owns the code. An upgrade can replace the code only with
  // --force-conflicts.
  await lab.helm([
    'upgrade',
    lab.release,
    chart,
    '--wait',
    '--timeout=120s',
    '--reuse-values',
    '--force-conflicts',
    '--set-file',
    `dice.source=${file}`,
  ]);
  await rm(directory, { recursive: true });
  await expect(lab.text('dice', '/from-file')).resolves.toBe('from a file');
  const { [dice]: old, ...others } = before;
  const { [dice]: now, ...othersNow } = await lab.podUids();
  expect(othersNow).toEqual(others);
  expect(now).not.toBe(old);
});
