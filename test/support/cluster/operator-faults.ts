// Makes the faults between the operator and its API server for real, and the changes that the operator has to repair
// afterwards. Tests use it, and the benchmark uses it at full size.
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

/** Times in milliseconds. */
export interface Fault {
  readonly what: string;
  readonly begin: (proxy: FaultyProxy) => void;
  readonly end: (proxy: FaultyProxy) => void;
  readonly lasts: number;
  /** How long the operator may take for repairs once the fault is over. */
  readonly within: number;
  /** When the change to repair happens: just before a fault that blocks everyone, or as soon as it is over. */
  readonly drift: 'before' | 'during' | 'after';
}

const isWatch = (request: string): boolean => request.includes('watch=');

const ofProxy: Pick<Fault, 'end' | 'drift'> = { end: (proxy: FaultyProxy) => proxy.heal(), drift: 'during' };

/** The faults by name. */
export const FAULTS = {
  expired: {
    ...ofProxy,
    what: 'watches that have expired (410)',
    lasts: 2000,
    within: 45_000,
    begin: (proxy) => {
      proxy.fail('reset', isWatch); // so that watches start again
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
  // A silent watch can only be noticed by waiting.
  silent: { ...ofProxy, what: 'silence', lasts: 15_000, within: 150_000, begin: (proxy) => proxy.fail('silence') },
  killed: {
    what: 'an API server that is killed and started again',
    lasts: 1000,
    within: 90_000,
    drift: 'after',
    begin: () => signalComponent(testCluster().name, 'apiserver', 'SIGKILL'),
    end: () => undefined,
  },
  /** Longer than a Lease lasts. */
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
/** Milliseconds. The simulator of the nodes may have to recover too. */
const READY_WITHIN = 90_000;

/** An operator behind a proxy, with a Workshop of two, on simulated nodes. */
export class FaultyLab {
  readonly proxy: FaultyProxy;
  readonly operator: LocalOperator;

  private constructor(proxy: FaultyProxy, operator: LocalOperator) {
    this.proxy = proxy;
    this.operator = operator;
  }

  /** @param kubeconfig of a cluster without a node of its own */
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
   * Exposes the operator to the fault, with a change to repair in the middle of it.
   * @returns milliseconds from the end of the fault to the repair
   * @throws if the operator did not recover, or ended
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
      throw new Error('the operator has asked nothing during the fault: nothing is shown');
    await during();
    end(this.proxy);
    const began = performance.now();
    if (drift === 'after') await eventually(makeDrift, { within });
    await eventually(repaired, { within, every: 500 });
    await this.operator.atWork(within);
    const took = performance.now() - began;
    if (this.operator.ended !== undefined || this.operator.pid !== pid)
      throw new Error(`the operator did not get over it: ${this.operator.ended ?? 'another process'}`);
    await allReady(CLASS, SEATS.length, READY_WITHIN);
    return took;
  }
}

/** Changes something that the operator has to repair. */
async function makeDrift(): Promise<void> {
  await kubectl('delete', 'resourcequota', NAMES.quota, '--namespace', SEAT, '--ignore-not-found');
  await kubectl('scale', `deployment/${RELEASE}-dice`, '--namespace', SEAT, '--replicas=2');
  await kubectl('patch', 'seat', SEAT, '--type=merge', '--patch', '{"spec":{"displayName":"Nobody"}}');
}

/** @throws until it is repaired */
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
