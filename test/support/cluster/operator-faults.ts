// Causes real faults between the operator and its API server, and makes changes that the operator must repair
// afterwards. A test uses this file, and so does a benchmark, with longer faults.
import { setTimeout as sleep } from 'node:timers/promises';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { signalComponent } from '../../../cluster/devcluster/index.ts';
import { NAMES, RELEASE } from '../../../operator/api/types.ts';
import { allReady, applyWorkshop, seatNow } from './workshop.ts';
import { apiGet, kubectl, testCluster } from './cluster.ts';
import { eventually } from '../../../support/waiting.ts';
import { startFaultyProxy } from './faulty-proxy.ts';
import type { FaultyProxy } from './faulty-proxy.ts';
import { simulateNodes } from './kwok.ts';
import { LocalOperator } from './local-operator.ts';
import type { Deployment } from '../matchers/objects.ts';
import { installOperatorRights } from './operator.ts';

/** A fault of the API server or of the connection to it. Times are in milliseconds. */
export interface Fault {
  readonly what: string;
  readonly begin: (proxy: FaultyProxy) => void;
  readonly end: (proxy: FaultyProxy) => void;
  readonly lasts: number;
  /** The time limit for the repair after the end of the fault. */
  readonly within: number;
  /**
   * When the test makes the change that the operator must repair. It is usually during the fault or right after it. If
   * the fault would also block the change, the change is made before the fault.
   */
  readonly drift: 'before' | 'during' | 'after';
}

const isWatch = (request: string): boolean => request.includes('watch=');

const ofProxy: Pick<Fault, 'end' | 'drift'> = { end: (proxy: FaultyProxy) => proxy.heal(), drift: 'during' };

/** All faults, by name. */
export const FAULTS = {
  expired: {
    ...ofProxy,
    what: 'watches that have expired (410)',
    lasts: 2000,
    within: 45_000,
    begin: (proxy) => {
      proxy.fail('reset', isWatch); // ends the watches, so that new ones are requested
      proxy.fail({ answer: 410 }, isWatch);
    },
  },
  failing: {
    ...ofProxy,
    what: 'an API server that answers 500',
    lasts: 6000,
    within: 45_000,
    begin: (proxy) => {
      proxy.fail('reset', isWatch);
      proxy.fail({ answer: 500 });
    },
  },
  reset: {
    ...ofProxy,
    what: 'connections that are reset',
    lasts: 3000,
    within: 45_000,
    begin: (proxy) => proxy.fail('reset'),
  },
  // The operator notices a silent watch only after a timeout.
  silent: { ...ofProxy, what: 'silence', lasts: 15_000, within: 150_000, begin: (proxy) => proxy.fail('silence') },
  killed: {
    what: 'an API server that is killed and started again',
    lasts: 1000,
    within: 90_000,
    drift: 'after',
    begin: () => signalComponent(testCluster().name, 'apiserver', 'SIGKILL'),
    end: () => undefined,
  },
  /** A freeze that is longer than the duration of a Lease. */
  frozen: {
    what: 'an API server that is frozen',
    lasts: 15_000,
    within: 90_000,
    drift: 'before',
    begin: () => signalComponent(testCluster().name, 'apiserver', 'SIGSTOP'),
    end: () => signalComponent(testCluster().name, 'apiserver', 'SIGCONT'),
  },
} satisfies Record<string, Fault>;

const CLASS = 'faulty';
const SEATS = ['ada', 'grace'];
const SEAT = `${CLASS}-${SEATS[0]}`;
/**
 * The time limit until the operator is ready again, in milliseconds. The program that simulates the nodes may need part
 * of this time to recover too.
 */
const READY_WITHIN = 90_000;

/** An operator behind a faulty proxy, with a Workshop of two seats on simulated nodes. */
export class FaultyLab {
  readonly proxy: FaultyProxy;
  readonly operator: LocalOperator;

  private constructor(proxy: FaultyProxy, operator: LocalOperator) {
    this.proxy = proxy;
    this.operator = operator;
  }

  /** Starts the operator and the Workshop. @param kubeconfig the kubeconfig of a cluster without a real node */
  static async start(kubeconfig: string): Promise<FaultyLab> {
    await Promise.all([simulateNodes(1), installOperatorRights()]);
    const config = parse(await readFile(kubeconfig, 'utf8')) as {
      clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }];
    };
    const [
      {
        cluster: { server, 'certificate-authority-data': ca },
      },
    ] = config.clusters;
    const proxy = await startFaultyProxy({ url: server, tls: { ca: Buffer.from(ca, 'base64') } });
    const operator = await LocalOperator.start('operator-faulty', proxy.url);
    const lab = new FaultyLab(proxy, operator);
    try {
      await operator.atWork();
      await applyWorkshop(CLASS, { attendees: SEATS.map((name) => ({ name })) });
      await allReady(CLASS, SEATS.length, READY_WITHIN);
      return lab;
    } catch (error) {
      await lab.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.operator.stop().catch(() => undefined);
    await this.proxy.close();
  }

  /**
   * Causes a fault, makes a change that the operator must repair, and waits for the repair.
   * @returns the milliseconds from the end of the fault to the repair
   * @throws Error if the operator did not recover, or ended
   */
  async meet(
    { begin, end, lasts, within, drift }: Fault,
    during: () => Promise<void> = () => Promise.resolve(),
  ): Promise<number> {
    await this.operator.atWork();
    const { pid } = this.operator;
    const { length: before } = this.proxy.requests;
    if (drift === 'before') await makeDrift();
    begin(this.proxy);
    if (drift === 'during') await makeDrift();
    await sleep(lasts);
    if (drift === 'during' && this.proxy.requests.length === before)
      throw new Error('expected requests of the operator during the fault, found none');
    await during();
    end(this.proxy);
    const began = performance.now();
    if (drift === 'after') await eventually(makeDrift, { within });
    await eventually(repaired, { within, every: 500 });
    await this.operator.atWork(within);
    const took = performance.now() - began;
    if (this.operator.ended !== undefined || this.operator.pid !== pid)
      throw new Error(`the operator did not survive the fault: ${this.operator.ended ?? 'another process runs now'}`);
    await allReady(CLASS, SEATS.length, READY_WITHIN);
    return took;
  }
}

/** Makes a change that the operator has to repair. */
async function makeDrift(): Promise<void> {
  await kubectl('delete', 'resourcequota', NAMES.quota, '--namespace', SEAT, '--ignore-not-found');
  await kubectl('scale', `deployment/${RELEASE}-dice`, '--namespace', SEAT, '--replicas=2');
  await kubectl('patch', 'seat', SEAT, '--type=merge', '--patch', '{"spec":{"displayName":"Nobody"}}');
}

/** Checks that the operator has repaired what makeDrift changed. @throws Error if it has not */
async function repaired(): Promise<void> {
  const inSeat = `namespaces/${SEAT}`;
  const quotas = await apiGet<{ items: object[] }>(
    `/api/v1/${inSeat}/resourcequotas?fieldSelector=metadata.name=${NAMES.quota}`,
  );
  const {
    spec: { replicas },
  } = await apiGet<Deployment>(`/apis/apps/v1/${inSeat}/deployments/${RELEASE}-dice`);
  const {
    spec: { displayName },
  } = await seatNow(SEAT);
  const [found, expected] = [
    JSON.stringify({ quotas: quotas.items.length, replicas, displayName }),
    JSON.stringify({ quotas: 1, replicas: 1 }),
  ];
  if (found !== expected) throw new Error(`expected ${expected}, found ${found}`);
}
