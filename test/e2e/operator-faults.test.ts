// The operator on an API server that fails in every way it can: it goes on by itself, and puts right what changed meanwhile. On a
// control plane of its own, whose nodes are simulated, as what is done to it would disturb others.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { silentProgress } from '../../cluster/support/progress.ts';
import { say } from '../../cluster/support/output.ts';
import { signalComponent } from '../../cluster/throwaway/index.ts';
import { LABELS, NAMES, RELEASE } from '../../operator/api/types.ts';
import { allReady, applyWorkshop, gone, namespacesOf, seatsOf } from '../support/class.ts';
import { CLUSTER_TO_CRASH, apiGet, environmentFor, kubectl, testCluster } from '../support/cluster.ts';
import type { StartedCluster } from '../support/cluster-start.ts';
import { eventually } from '../support/eventually.ts';
import { startFaultyProxy } from '../support/faulty-proxy.ts';
import type { FaultyProxy } from '../support/faulty-proxy.ts';
import { simulateNodes } from '../support/kwok.ts';
import { LocalOperator } from '../support/local-operator.ts';
import { samplesOf } from '../support/metrics.ts';
import { installOperatorRights, OPERATOR_GROUP } from '../support/operator.ts';
import { startScaleCluster } from '../support/scale-cluster.ts';

const CLASS = 'faulty';
const seats = [`${CLASS}-ada`, `${CLASS}-grace`];
const [seat = ''] = seats;

let cluster: StartedCluster;
let proxy: FaultyProxy;
let operator: LocalOperator;

beforeAll(async () => {
  cluster = await startScaleCluster(CLUSTER_TO_CRASH, silentProgress(), OPERATOR_GROUP);
  Object.assign(process.env, environmentFor(cluster));
  await Promise.all([simulateNodes(1), installOperatorRights()]);
  const config = parse(await readFile(cluster.kubeconfig, 'utf8')) as { clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }] };
  const [{ cluster: { server, 'certificate-authority-data': ca } }] = config.clusters;
  proxy = await startFaultyProxy({ url: server, tls: { ca: Buffer.from(ca, 'base64') } });
  operator = await LocalOperator.start('operator-faulty', proxy.url);
  await operator.atWork();
  await applyWorkshop(CLASS, { attendees: [{ name: 'ada' }, { name: 'grace' }] });
  await allReady(CLASS, seats.length, 90_000);
}, 240_000);

afterAll(async () => {
  await operator.stop().catch(() => undefined);
  await proxy.close();
  await cluster.stop();
}, 60_000);

/** Something that the operator has to put right, made without its knowing. */
async function makeDrift(): Promise<void> {
  await kubectl('delete', 'resourcequota', NAMES.quota, '--namespace', seat);
  await kubectl('scale', `deployment/${RELEASE}-dice`, '--namespace', seat, '--replicas=2');
  await kubectl('patch', 'seat', seat, '--type=merge', '--patch', '{"spec":{"displayName":"Nobody"}}');
}

async function repaired(within: number): Promise<void> {
  const look = async (): Promise<void> => {
    const quota = await kubectl('get', 'resourcequota', NAMES.quota, '--namespace', seat, '--ignore-not-found', '--output=name');
    const replicas = await kubectl('get', `deployment/${RELEASE}-dice`, '--namespace', seat, '--output=jsonpath={.spec.replicas}');
    const name = await kubectl('get', 'seat', seat, '--output=jsonpath={.spec.displayName}');
    expect([quota, replicas, name]).toEqual([`resourcequota/${NAMES.quota}\n`, '1', '']);
  };
  await eventually(look, { within, every: 500 });
}

const isWatch = (request: string): boolean => request.includes('watch=');

describe('through a proxy, the operator gets over', () => {
  /** How long a fault lasts, and how long the operator may take afterwards; that a watch is silent it can only notice by waiting. */
  test.each<[string, (proxy: FaultyProxy) => void, { lasts: number; within: number }]>([
    ['watches that have expired (410)', (broken) => {
      broken.fail('reset', isWatch); // so that they begin again
      broken.fail({ answer: 410 }, isWatch);
    }, { lasts: 2000, within: 45_000 }],
    ['an API server that answers 500', (broken) => {
      broken.fail('reset', isWatch);
      broken.fail({ answer: 500 });
    }, { lasts: 6000, within: 45_000 }],
    ['connections that are reset', (broken) => broken.fail('reset'), { lasts: 3000, within: 45_000 }],
    ['silence', (broken) => broken.fail('silence'), { lasts: 15_000, within: 150_000 }],
  ])('%s', async (what, fail, { lasts, within }) => {
    await operator.atWork();
    const { pid } = operator;
    fail(proxy);
    const { length: before } = proxy.requests;
    await makeDrift();
    await sleep(lasts);
    expect(proxy.requests.length).toBeGreaterThan(before);
    proxy.heal();
    const began = performance.now();
    await repaired(within);
    await operator.atWork(within);
    say(`${what}: what had changed meanwhile was put right ${((performance.now() - began) / 1000).toFixed(1)} s after it was over`);
    expect([operator.ended, operator.pid]).toEqual([undefined, pid]);
    await allReady(CLASS, seats.length, 30_000);
  }, 240_000);
});

test('it has counted why watches were begun again', async () => {
  const restarts = samplesOf(await operator.metrics(), 'watch_restarts_total');
  const reasons = new Set(restarts.filter(({ value }) => value > 0).map(({ labels }) => labels['reason']));
  expect([...reasons]).toEqual(expect.arrayContaining(['expired', 'disconnected', 'silent']));
});

describe('of the API server itself, the operator gets over', () => {
  /** Until the API server answers again. */
  async function answers(): Promise<void> {
    await eventually(() => apiGet('/version'), { within: 60_000 });
  }

  test('its being killed and started again', async () => {
    await operator.atWork();
    const { pid } = operator;
    signalComponent(testCluster().name, 'apiserver', 'SIGKILL');
    await sleep(1000);
    await answers();
    await makeDrift();
    await repaired(60_000);
    await operator.atWork();
    expect([operator.ended, operator.pid]).toEqual([undefined, pid]);
  }, 180_000);

  test('its being frozen for longer than a Lease lasts', async () => {
    await operator.atWork();
    const { pid } = operator;
    await makeDrift();
    signalComponent(testCluster().name, 'apiserver', 'SIGSTOP');
    await sleep(15_000);
    expect([await operator.leads(), await operator.isReady()]).toEqual([false, expect.any(Boolean)]);
    signalComponent(testCluster().name, 'apiserver', 'SIGCONT');
    await repaired(60_000);
    await operator.atWork();
    expect([operator.ended, operator.pid]).toEqual([undefined, pid]);
  }, 180_000);
});

describe('a leader that is killed while it makes seats, again and again,', () => {
  const CROWD = 'crowd';
  const ATTENDEES = ['ada', 'barbara', 'grace', 'hedy', 'katherine'];
  const KILLS = 3;
  const failovers: number[] = [];
  const firstSeen = new Map<string, string>();
  let replicas: LocalOperator[];

  /** How many seats have been made as the Workshop says since `round`. */
  async function done(round: number): Promise<number> {
    const all = await seatsOf(CROWD);
    return all.filter(({ spec, status }) => spec.lab?.dice?.env?.['ROUND'] === String(round) && status?.revision === spec.revision).length;
  }

  async function remember(): Promise<void> {
    const { items } = await apiGet<{ items: { metadata: { name: string; uid: string } }[] }>(`/api/v1/namespaces?labelSelector=${LABELS.workshop}=${CROWD}`);
    for (const { metadata: { name, uid } } of items) if (!firstSeen.has(name)) firstSeen.set(name, uid);
  }

  /** Kills whoever leads while the other stands by, starts another in its place, and waits until one leads. */
  async function killLeader(round: number): Promise<void> {
    // One that is only starting has not seen the Lease, and would count from when it does.
    await eventually(async () => expect(await Promise.all(replicas.map((replica) => replica.isReady()))).not.toContain(false), { within: 30_000 });
    const leading = await Promise.all(replicas.map((replica) => replica.leads()));
    const leader = replicas[leading.indexOf(true)];
    expect(leader).toBeDefined();
    const began = performance.now();
    leader?.kill();
    replicas = [...replicas.filter((replica) => replica !== leader), await LocalOperator.start(`operator-${round}`, proxy.url)];
    await eventually(async () => expect(await Promise.all(replicas.map((replica) => replica.leads()))).toContain(true), { within: 30_000, every: 100 });
    failovers.push((performance.now() - began) / 1000);
  }

  beforeAll(async () => {
    replicas = [operator, await LocalOperator.start('operator-0', proxy.url)];
    for (let round = 1; round <= KILLS; round++) {
      await applyWorkshop(CROWD, { attendees: ATTENDEES.map((name) => ({ name })), lab: { dice: { env: { ROUND: String(round) } } }, rollout: { maxConcurrent: 1 } });
      await eventually(async () => expect(await done(round)).toBeGreaterThan(0), { within: 60_000, every: 50 });
      expect(await done(round)).toBeLessThan(ATTENDEES.length);
      await remember();
      await killLeader(round);
      await eventually(async () => expect(await done(round)).toBe(ATTENDEES.length), { within: 60_000 });
      await remember();
    }
    say(`a leader that was killed was replaced after ${failovers.map((seconds) => `${seconds.toFixed(1)} s`).join(', ')}`);
  }, 300_000);

  afterAll(async () => {
    for (const replica of replicas) if (replica !== operator) await replica.stop();
  }, 60_000);

  test('is replaced within 15 s', () => {
    expect(failovers).toHaveLength(KILLS);
    expect(Math.max(...failovers)).toBeLessThan(15);
  });

  test('leaves seats that all become ready', async () => {
    await allReady(CROWD, ATTENDEES.length, 60_000);
  }, 90_000);

  test('leaves nothing made twice', async () => {
    await remember();
    const { items } = await apiGet<{ items: { metadata: { name: string; uid: string } }[] }>(`/api/v1/namespaces?labelSelector=${LABELS.workshop}=${CROWD}`);
    expect(new Map(items.map(({ metadata }) => [metadata.name, metadata.uid]))).toEqual(firstSeen);
    // A Deployment that nothing has changed has never been rolled.
    const sets = await kubectl('get', 'replicasets', '--all-namespaces', '--selector', `${LABELS.component}=guide`, '--output=jsonpath={.items[*].metadata.namespace}');
    expect(sets.split(' ').filter((name) => name.startsWith(`${CROWD}-`)).sort()).toEqual(ATTENDEES.map((name) => `${CROWD}-${name}`));
  });

  test('leaves nothing orphaned, and every seat with the same objects', async () => {
    expect((await namespacesOf(CROWD)).sort()).toEqual(ATTENDEES.map((name) => `${CROWD}-${name}`));
    expect((await seatsOf(CROWD)).map(({ metadata }) => metadata.name).sort()).toEqual(ATTENDEES.map((name) => `${CROWD}-${name}`));
    const kinds = 'configmaps,deployments,limitranges,networkpolicies,resourcequotas,rolebindings,secrets,serviceaccounts,services';
    const objects = await Promise.all(ATTENDEES.map((name) => kubectl('get', kinds, '--namespace', `${CROWD}-${name}`, '--output=name')));
    expect(new Set(objects).size).toBe(1);
    expect(objects[0]).toContain(`deployment.apps/${RELEASE}-dice`);
  });

  test('leaves one that takes it all away when it is asked to', async () => {
    await kubectl('delete', 'workshop', CROWD, '--timeout=60s');
    await gone(CROWD);
  }, 90_000);
});
