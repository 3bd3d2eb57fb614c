// Tests labs side by side: two releases in one namespace and one in another. They run from install to uninstall, with
// Helm 4 and with Helm 3.
import { tool } from '../support/cluster/cluster.ts';
import { eventually } from '../../support/waiting.ts';
import { OWN_HEADERS } from '../support/cluster/guide.ts';
import { chart, Lab, RELEASED } from '../support/cluster/lab.ts';
import { useNamespace } from '../support/cluster/namespace.ts';
import { playedRound, settledRound, tracesOf } from '../support/otlp/traces.ts';

const here = useNamespace('e2e-side-by-side');
const elsewhere = useNamespace('e2e-elsewhere');

const one = new Lab(here, 'one');
const two = new Lab(here, 'two');
const other = new Lab(elsewhere, 'one');

// The first two labs are of the last release, so that the upgrades below are from that release.
beforeAll(
  () =>
    Promise.all([
      one.installQuietly(RELEASED.values, 'helm', RELEASED.chart),
      two.installQuietly(RELEASED.values, 'helm3', RELEASED.chart),
      other.installQuietly(),
    ]),
  300_000,
);

test("keeps each lab's traces out of the other labs", async () => {
  const labs = [one, two, other];
  const rounds = await Promise.all(labs.map((lab) => playedRound(lab)));
  for (const [index, lab] of labs.entries()) {
    const known = (await tracesOf(lab, 'guide')).map((trace) => trace.traceId);
    expect(known).toContain(rounds[index]?.traceId);
    expect(known.filter((id) => rounds.some((round, another) => another !== index && round.traceId === id))).toEqual(
      [],
    );
  }
});

test('routes no Service of a lab to a pod of another lab', async () => {
  const slices = JSON.parse(await one.kubectl('get', 'endpointslices', '--output=json')) as { items: EndpointSlice[] };
  const behind = slices.items.map(
    ({ metadata, endpoints }) =>
      [
        metadata.labels['kubernetes.io/service-name'],
        (endpoints ?? []).map(({ targetRef }) => targetRef.name),
      ] as const,
  );
  expect(behind.length).toBeGreaterThanOrEqual(12);
  for (const [service, pods] of behind)
    expect([service, pods.filter((pod) => !pod.startsWith(`${service}-`))]).toEqual([service, []]);
});

interface EndpointSlice {
  metadata: { labels: Record<string, string> };
  endpoints?: { targetRef: { name: string } }[];
}

describe.each([
  ['Helm 4', 'helm', one],
  ['Helm 3', 'helm3', two],
] as const)('installing with %s', (_, helm, lab) => {
  const level = async (): Promise<string | undefined> => {
    const { instrumentation } = JSON.parse(await lab.text('guide', '/api/status')) as { instrumentation: string };
    return instrumentation;
  };

  const progress = (): Promise<string> =>
    lab.kubectl('get', `configmap/${lab.release}-progress`, '--output=jsonpath={.data}');

  test('changes a lab in an upgrade, and changes it back in a rollback', async () => {
    expect(await level()).toBe('auto');
    const source = await lab.diceSource();
    await lab.upgradeQuietly({ instrumentation: 'manual' }, helm);
    await eventually(async () => expect(await level()).toBe('manual'));
    expect(await lab.diceSource()).not.toBe(source);
    await lab.helm(['rollback', lab.release, '1', '--wait', '--timeout=120s'], helm);
    await eventually(async () => expect(await level()).toBe('auto'));
    expect(await lab.diceSource()).toBe(source);
    await settledRound(lab);
  });

  test('keeps the code of dice and the progress of the last release when the lab is upgraded', async () => {
    const init = { method: 'POST', headers: OWN_HEADERS, body: '{}' };
    await lab.text('guide', '/api/course/01-set-up/start', init);
    await lab.text('guide', '/api/course/01-set-up/check', init);
    const before = await progress();
    expect(before).toContain('01-set-up');
    const edited = `${await lab.diceSource()}\n// mine\n`;
    await lab.editDice(edited);
    await lab.rolledOut('dice');
    await lab.upgradeQuietly({ arcade: { budgetMs: 8_000 } }, helm);
    expect([await lab.diceSource(), await progress()]).toEqual([edited, before]);
  });

  test('refuses an unknown value key, and names it', async () => {
    const refused = await upgradeWith('--set=colector.enabled=true');
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(/additional propert(y|ies) 'colector' not allowed|colector.*not allowed/i);
  });

  test('refuses an unknown nested value key, and names its path', async () => {
    const refused = await upgradeWith('--set=collector.exporter.debug=1');
    expect(refused.stderr).toMatch(/collector/);
    expect(refused.stderr).toMatch(/'?exporter'?.*not allowed/i);
  });

  test('refuses a value of the wrong type, and names its key and the expected type', async () => {
    const refused = await upgradeWith('--set-string=arcade.budgetMs=soon');
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(/arcade[./]budgetMs/);
    expect(refused.stderr).toMatch(/got string, want integer|expected: integer/i);
  });

  test('refuses an unknown instrumentation level, and lists the allowed ones', async () => {
    const refused = await upgradeWith('--set=instrumentation=magic');
    expect(refused.stderr).toMatch(/instrumentation/);
    expect(refused.stderr).toMatch(/none.*auto.*manual/);
  });

  test('refuses a Collector pipeline with an undefined exporter, and names the exporter', async () => {
    const refused = await upgradeWith('--set-json=collector.pipelines.traces.exporters=["otlp_http/nowhere"]');
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(/otlp_http\/nowhere/);
  });

  test('removes a lab completely with helm uninstall, but nothing of the other labs', async () => {
    const ofOthers = (text: string): string[] =>
      text
        .split('\n')
        .filter((name) => name !== '' && !name.includes(`${lab.release}-`) && !name.includes(`.${lab.release}.`));
    const kinds = 'deployments,replicasets,pods,services,configmaps,secrets,serviceaccounts,roles,rolebindings,jobs';
    const before = ofOthers(await lab.kubectl('get', kinds, '--output=name'));
    await lab.uninstall(helm);
    await eventually(
      async () =>
        expect(
          await lab.kubectl('get', kinds, '-l', `app.kubernetes.io/instance=${lab.release}`, '--output=name'),
        ).toBe(''),
      { every: 1000 },
    );
    expect(ofOthers(await lab.kubectl('get', kinds, '--output=name'))).toEqual(before);
    await playedRound(other);
  });

  async function upgradeWith(flag: string): Promise<{ code: number; stderr: string }> {
    return tool(helm, ['upgrade', lab.release, chart, '--namespace', lab.namespace, '--reuse-values', flag], {
      allowFailure: true,
    });
  }
});
