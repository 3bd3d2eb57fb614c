// Tests the operator while its API server fails in many ways: the operator recovers by itself, and repairs what changed
// in the meantime. These tests have a control plane of their own with simulated nodes, because the faults would disturb
// other tests.
import { silentProgress } from '../../support/progress.ts';
import { say } from '../../support/output.ts';
import { VERSION } from '../../cdk8s/values.ts';
import { KINDS } from '../../operator/api/kinds.ts';
import { LABELS, NAMES, RELEASE } from '../../operator/api/types.ts';
import type { Seat } from '../../operator/api/types.ts';
import { isInFlight } from '../../operator/workshop/seats.ts';
import {
  allReady,
  applyWorkshop,
  conditionText,
  gone,
  namespacesOf,
  patchWorkshop,
  seatNow,
  seatsOf,
  workshopNow,
} from '../support/cluster/workshop.ts';
import { CLUSTER_TO_CRASH, apiGet, environmentFor, kubectl } from '../support/cluster/cluster.ts';
import type { StartedCluster } from '../support/cluster/start.ts';
import { claimOf } from '../support/cluster/portal-account.ts';
import { eventually } from '../../support/waiting.ts';
import { LocalOperator } from '../support/cluster/local-operator.ts';
import { makeOtherRelease, OTHER_VERSION } from '../support/cluster/other-release.ts';
import type { OtherRelease } from '../support/cluster/other-release.ts';
import { Watches } from '../support/cluster/watch.ts';
import { samplesOf } from '../support/matchers/metrics.ts';
import type { Deployment } from '../support/matchers/objects.ts';
import { FAULTS, FaultyLab } from '../support/cluster/operator-faults.ts';
import type { Fault } from '../support/cluster/operator-faults.ts';
import { startScaleCluster } from '../support/cluster/scale-cluster.ts';

const CLAIM = claimOf('Ada');
const claimSeat = (seat: string): Promise<string> =>
  kubectl('patch', 'seat', seat, '--type=merge', '--patch', JSON.stringify({ spec: { claim: CLAIM } }));

const nothing = (): Promise<void> => Promise.resolve();

let cluster: StartedCluster;
let lab: FaultyLab;

beforeAll(async () => {
  cluster = await startScaleCluster(CLUSTER_TO_CRASH, silentProgress());
  Object.assign(process.env, environmentFor(cluster));
  lab = await FaultyLab.start(cluster.kubeconfig);
}, 240_000);

afterAll(async () => {
  await lab.stop();
  await cluster.stop();
}, 60_000);

// A silent connection takes minutes to notice, so `npm run bench -- --only faults` covers it.
// integration/engine-watch.test.ts covers a part of it.
describe('a fault of the API server', () => {
  test.each<[string, Fault, () => Promise<void>]>([
    [FAULTS.expired.what, FAULTS.expired, nothing],
    [FAULTS.failing.what, FAULTS.failing, nothing],
    [FAULTS.reset.what, FAULTS.reset, nothing],
    [FAULTS.killed.what, FAULTS.killed, nothing],
    [
      `${FAULTS.frozen.what}, during which it does not lead`,
      FAULTS.frozen,
      async () => expect(await lab.operator.leads()).toBe(false),
    ],
  ])(
    'the operator repairs the lab after %s',
    async (what, fault, during) => {
      const took = await lab.meet(fault, during);
      say(`${what}: the operator repaired the change ${(took / 1000).toFixed(1)} s after the end of the fault`);
    },
    240_000,
  );
});

test('the operator counts the restarts of its watches by reason', async () => {
  const restarts = samplesOf(await lab.operator.metrics(), 'watch_restarts_total');
  const reasons = new Set(restarts.filter(({ value }) => value > 0).map(({ labels }) => labels['reason']));
  expect([...reasons]).toEqual(expect.arrayContaining(['expired', 'disconnected']));
});

describe('repeated kills of the leader while it creates seats', () => {
  const CROWD = 'crowd';
  const ATTENDEES = ['ada', 'barbara', 'grace', 'hedy', 'katherine'];
  const KILLS = 3;
  const CLAIMED = `${CROWD}-${ATTENDEES[0]}`;
  const failovers: number[] = [];
  const firstSeen = new Map<string, string>();
  let replicas: LocalOperator[];

  /**
   * Returns the number of Seats whose labs have the number `round` in dice's variable ROUND, and whose spec is applied.
   */
  async function done(round: number): Promise<number> {
    const all = await seatsOf(CROWD);
    return all.filter(
      ({ spec, status }) => spec.lab?.dice?.env?.['ROUND'] === String(round) && status?.revision === spec.revision,
    ).length;
  }

  async function remember(): Promise<void> {
    const { items } = await apiGet<{ items: { metadata: { name: string; uid: string } }[] }>(
      `/api/v1/namespaces?labelSelector=${LABELS.workshop}=${CROWD}`,
    );
    for (const {
      metadata: { name, uid },
    } of items)
      if (!firstSeen.has(name)) firstSeen.set(name, uid);
  }

  /** Kills the leader while the other replica stands by, starts a replacement, and waits until a replica leads. */
  async function killLeader(round: number): Promise<void> {
    // A replica that has just started has not seen the Lease yet, and would measure the Lease's age from its own start.
    await eventually(async () =>
      expect(await Promise.all(replicas.map((replica) => replica.isReady()))).not.toContain(false),
    );
    const leading = await Promise.all(replicas.map((replica) => replica.leads()));
    const leader = replicas[leading.indexOf(true)];
    expect(leader).toBeDefined();
    const began = performance.now();
    leader?.kill();
    replicas = [
      ...replicas.filter((replica) => replica !== leader),
      await LocalOperator.start(`operator-${round}`, lab.proxy.url),
    ];
    await eventually(
      async () => expect(await Promise.all(replicas.map((replica) => replica.leads()))).toContain(true),
      { every: 100 },
    );
    failovers.push((performance.now() - began) / 1000);
  }

  beforeAll(async () => {
    replicas = [lab.operator, await LocalOperator.start('operator-0', lab.proxy.url)];
    for (let round = 1; round <= KILLS; round++) {
      await applyWorkshop(CROWD, {
        attendees: ATTENDEES.map((name) => ({ name })),
        lab: { dice: { env: { ROUND: String(round) } } },
        rollout: { maxConcurrent: 1 },
      });
      await eventually(async () => expect(await done(round)).toBeGreaterThan(0), { within: 60_000, every: 50 });
      expect(await done(round)).toBeLessThan(ATTENDEES.length);
      await remember();
      await killLeader(round);
      await eventually(async () => expect(await done(round)).toBe(ATTENDEES.length), { within: 60_000 });
      await remember();
      if (round === 1) await claimSeat(CLAIMED);
    }
    say(
      `a leader that was killed was replaced after ${failovers.map((seconds) => `${seconds.toFixed(1)} s`).join(', ')}`,
    );
  }, 300_000);

  afterAll(async () => {
    for (const replica of replicas) if (replica !== lab.operator) await replica.stop();
  }, 60_000);

  test('the operator has a new leader within 15 s of each kill', () => {
    expect(failovers).toHaveLength(KILLS);
    expect(Math.max(...failovers)).toBeLessThan(15);
  });

  test('the operator makes all seats ready although its leaders are killed', async () => {
    await allReady(CROWD, ATTENDEES.length, 60_000);
  }, 90_000);

  test('the operator creates no object twice although its leaders are killed', async () => {
    await remember();
    const { items } = await apiGet<{ items: { metadata: { name: string; uid: string } }[] }>(
      `/api/v1/namespaces?labelSelector=${LABELS.workshop}=${CROWD}`,
    );
    expect(new Map(items.map(({ metadata }) => [metadata.name, metadata.uid]))).toEqual(firstSeen);
    // A Deployment that nobody has changed has only one ReplicaSet.
    const sets = await kubectl(
      'get',
      'replicasets',
      '--all-namespaces',
      '--selector',
      `${LABELS.component}=guide`,
      '--output=jsonpath={.items[*].metadata.namespace}',
    );
    expect(
      sets
        .split(' ')
        .filter((name) => name.startsWith(`${CROWD}-`))
        .sort(),
    ).toEqual(ATTENDEES.map((name) => `${CROWD}-${name}`));
  });

  test('the operator leaves no namespace without a Seat, and creates the same objects for every seat', async () => {
    expect((await namespacesOf(CROWD)).sort()).toEqual(ATTENDEES.map((name) => `${CROWD}-${name}`));
    expect((await seatsOf(CROWD)).map(({ metadata }) => metadata.name).sort()).toEqual(
      ATTENDEES.map((name) => `${CROWD}-${name}`),
    );
    const kinds =
      'configmaps,deployments,limitranges,networkpolicies,resourcequotas,rolebindings,secrets,serviceaccounts,services';
    const objects = await Promise.all(
      ATTENDEES.map((name) => kubectl('get', kinds, '--namespace', `${CROWD}-${name}`, '--output=name')),
    );
    expect(new Set(objects).size).toBe(1);
    expect(objects[0]).toContain(`deployment.apps/${RELEASE}-dice`);
  });

  test('the operator keeps a claim while the class is edited and its leaders are killed', async () => {
    expect((await seatNow(CLAIMED)).spec.claim).toEqual(CLAIM);
  });

  test('the operator gives a seat its claim again that is reset while the leader is killed, and keeps it', async () => {
    const { uid } = (await seatNow(CLAIMED)).metadata;
    await kubectl('delete', 'seat', CLAIMED, '--wait=false');
    const reserved = async (): Promise<unknown> => (await workshopNow(CROWD)).status?.reserved;
    await eventually(async () => expect(await reserved()).toEqual([{ seat: CLAIMED, claim: CLAIM }]), { every: 50 });
    await killLeader(KILLS + 1);
    const again = async (): Promise<void> => {
      const { metadata, spec } = await seatNow(CLAIMED);
      expect([metadata.uid === uid, spec.claim, await reserved()]).toEqual([false, CLAIM, undefined]);
    };
    await eventually(again, { within: 60_000 });
    await patchWorkshop(CROWD, { lab: { dice: { env: { ROUND: 'last' } } }, rollout: { maxConcurrent: 5 } });
    await allReady(CROWD, ATTENDEES.length, 60_000);
    await eventually(again);
    await kubectl('patch', 'seat', CLAIMED, '--type=json', '--patch=[{"op":"remove","path":"/spec/claim"}]');
    await patchWorkshop(CROWD, { lab: { dice: { env: { ROUND: 'free' } } } });
    await allReady(CROWD, ATTENDEES.length, 60_000);
    expect((await seatNow(CLAIMED)).spec).not.toHaveProperty('claim');
  }, 240_000);

  test('the operator removes everything when the Workshop is deleted', async () => {
    await kubectl('delete', 'workshop', CROWD, '--timeout=60s');
    await gone(CROWD);
  }, 90_000);
});

describe('another release of the operator, with a class of 20', () => {
  const UPGRADED = 'upgraded';
  const SEATS = 20;
  const AT_A_TIME = 3;
  const FIRST = `${UPGRADED}-seat-01`;
  const MINE = "// mine\nimport express from 'express';\n";
  let other: OtherRelease | undefined;
  let running: LocalOperator;

  /** Returns the number of seats for each version of the lab, as the Deployments of dice have it. */
  async function versionsNow(): Promise<Record<string, number>> {
    const selector = `${LABELS.workshop}=${UPGRADED},${LABELS.component}=dice`;
    const { items } = await apiGet<{ items: Deployment[] }>(`/apis/apps/v1/deployments?labelSelector=${selector}`);
    const found: Record<string, number> = {};
    for (const { metadata } of items) {
      const version = metadata.labels?.['app.kubernetes.io/version'] ?? 'none';
      found[version] = (found[version] ?? 0) + 1;
    }
    return found;
  }

  const ofFirst = (what: string, jsonPath: string): Promise<string> =>
    kubectl('get', what, '--namespace', FIRST, `--output=jsonpath=${jsonPath}`);

  beforeAll(async () => {
    await lab.operator.stop();
    running = await LocalOperator.start('operator-current', lab.proxy.url);
    other = await makeOtherRelease();
    await applyWorkshop(UPGRADED, { seats: SEATS, rollout: { maxConcurrent: SEATS } });
    await allReady(UPGRADED, SEATS, 90_000);
    const file = JSON.stringify({ data: { 'app.ts': MINE } });
    await claimSeat(FIRST);
    await kubectl('patch', `configmap/${NAMES.dice}`, '--namespace', FIRST, '--type=merge', '--patch', file);
    await patchWorkshop(UPGRADED, { rollout: { maxConcurrent: AT_A_TIME, paused: true } });
    await allReady(UPGRADED, SEATS, 30_000);
    await running.stop();
    running = await LocalOperator.start('operator-upgraded', lab.proxy.url, other.root);
  }, 180_000);

  afterAll(async () => {
    await running.stop();
    await other?.remove();
  }, 60_000);

  test('leaves every lab as it is while the rollout is paused, and says so', async () => {
    const before = await versionsNow();
    expect(before).toEqual({ [VERSION]: SEATS });
    await running.atWork();
    const waiting = async (): Promise<void> => {
      const texts = (await seatsOf(UPGRADED)).map((seat) => conditionText(seat, 'Provisioned').split(':')[0]);
      expect(texts).toEqual(Array.from({ length: SEATS }, () => 'True AwaitsRollout'));
    };
    await eventually(waiting);
    expect(await versionsNow()).toEqual(before);
    expect(conditionText(await workshopNow(UPGRADED), 'Ready')).toMatch(/^True/);
  }, 100_000);

  test('changes at most maxConcurrent seats at a time, and all in the end', async () => {
    const inFlight = new Map<string, boolean>();
    let most = 0;
    const watches = await new Watches().add([KINDS.Seat], `${LABELS.workshop}=${UPGRADED}`, 'whole', (line) => {
      const { type, object } = JSON.parse(line) as { type: string; object: Seat };
      if (type === 'ADDED' || type === 'MODIFIED') inFlight.set(object.metadata.name, isInFlight(object));
      most = Math.max(most, [...inFlight.values()].filter(Boolean).length);
    });
    await patchWorkshop(UPGRADED, { rollout: { maxConcurrent: AT_A_TIME, paused: false } });
    await allReady(UPGRADED, SEATS, 120_000);
    watches.stop();
    expect(most).toBe(AT_A_TIME);
    expect(await versionsNow()).toEqual({ [OTHER_VERSION]: SEATS });
  }, 150_000);

  test("keeps the attendee's code and claim", async () => {
    expect((await seatNow(FIRST)).spec.claim).toEqual(CLAIM);
    expect(await ofFirst(`configmap/${NAMES.dice}`, '{.data.app\\.ts}')).toBe(MINE);
    expect(await ofFirst(`configmap/${NAMES.dice}`, '{.metadata.labels.app\\.kubernetes\\.io/version}')).toBe(
      OTHER_VERSION,
    );
  });
});
