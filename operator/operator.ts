// Wires the operator: the stores, the two reconcilers and what triggers them. The engine runs them.
import { VERSION } from '../cdk8s/values.ts';
import type { Api } from '../kubernetes/api.ts';
import type { ApiConfig } from '../kubernetes/config.ts';
import { keyOf } from '../kubernetes/object.ts';
import type { KubeObject } from '../kubernetes/object.ts';
import { FIELD_MANAGER, GROUP, LABELS } from './api/types.ts';
import type { Seat } from './api/types.ts';
import { ClusterInfoPoller } from './cluster-info.ts';
import { updateDefinitions } from './definitions.ts';
import { Applier } from './engine/apply.ts';
import type { Logger } from './engine/log.ts';
import { Manager } from './engine/manager.ts';
import type { Reconciler } from './engine/reconciler.ts';
import type { Change } from './engine/store.ts';
import { createOperatorMetrics } from './metrics.ts';
import { SeatReconciler } from './seat/controller.ts';
import { areFaultsChanged } from './seat/faults.ts';
import { labOf, seatRequirements } from './seat/rendered-lab.ts';
import { quotaProblem } from './seat/quota.ts';
import type { Settings } from './settings.ts';
import { createStores } from './stores.ts';
import type { Stores } from './stores.ts';
import { WorkshopReconciler } from './workshop/controller.ts';

export interface OperatorOptions {
  readonly settings: Settings;
  readonly config: ApiConfig;
  readonly log: Logger;
}

/** The parts that both reconcilers use. */
interface Parts extends OperatorOptions {
  readonly manager: Manager;
  readonly stores: Stores;
  readonly clusterInfo: ClusterInfoPoller;
}

/** Concurrent reconciles of Workshops. */
const WORKSHOP_WORKERS = 2;
/**
 * Milliseconds. Many seats of a Workshop change at about the same time. One reconcile of the Workshop covers them all.
 */
const SEATS_DELAY_MS = 500;
/** Milliseconds. A rolling Deployment changes a dozen times per second. */
const CONTENTS_DELAY_MS = 250;

/** The operator, ready to start. */
export function createOperator({ settings, config, log }: OperatorOptions): Manager {
  const manager = new Manager({
    name: 'intro-otel-operator',
    version: VERSION,
    tracer: '@intro-otel/operator',
    fieldManager: FIELD_MANAGER,
    identity: settings.identity,
    namespace: settings.namespace,
    port: settings.port,
    config,
    log,
  });
  const clusterInfo = new ClusterInfoPoller({ api: manager.api, ownServer: config.server, log });
  const stores = createStores(manager, settings.namespace);
  const parts = { settings, config, log, manager, stores, clusterInfo };
  manager.add((signal) => clusterInfo.run(signal));
  manager.addReadyCheck('cluster-info', () => clusterInfo.problem());
  manager.prepare(() => tryUpdateDefinitions(manager.api, log));
  addSeatController(parts);
  addWorkshopController(parts);
  return manager;
}

/** Never rejects. With older definitions everything works, except for fields that are new. */
async function tryUpdateDefinitions(api: Api, log: Logger): Promise<void> {
  try {
    await updateDefinitions(api, log);
  } catch (error) {
    log.warn({ err: error }, 'CustomResourceDefinitions could not be updated');
  }
}

function addSeatController(parts: Parts): void {
  const { manager, settings, clusterInfo } = parts;
  const { workshops, seats, seatContents } = parts.stores;
  const controller = manager
    .controller({ workers: settings.workers })
    .for(seats)
    .watches(workshops, (change) => (areFaultsChanged(change.old, change.new) ? keysOfSeats(seats, change.key) : []))
    .watches(clusterInfo, () => seats.keys());
  for (const store of Object.values(seatContents))
    controller.watches(store, seatOfNamespace, { delay: CONTENTS_DELAY_MS });
  controller.complete(createSeatReconciler(parts));
}

function addWorkshopController(parts: Parts): void {
  const { workshops, seats, pullPods } = parts.stores;
  parts.manager
    .controller({ workers: WORKSHOP_WORKERS })
    .for(workshops)
    .watches(seats, workshopOfSeat, { delay: SEATS_DELAY_MS })
    .watches(pullPods, workshopOfLabel)
    .complete(createWorkshopReconciler(parts));
}

const keysOfSeats = (seats: Stores['seats'], workshop: string): string[] =>
  seats.byLabel(LABELS.workshop, workshop).map(keyOf);

/** A seat has the name of its namespace. A label would not do: an attendee can edit it. */
const seatOfNamespace = ({ key }: { readonly key: string }): string[] => [key.split('/')[0] ?? key];

// Reading `old` parses it. These functions read it only for deletions.
const workshopOfSeat = (change: Change<Seat>): string[] => {
  const seat = change.new ?? change.old;
  return seat ? [seat.spec.workshop] : [];
};

const workshopOfLabel = (change: Change<KubeObject>): string[] => {
  const workshop = (change.new ?? change.old)?.metadata.labels?.[LABELS.workshop];
  return workshop === undefined ? [] : [workshop];
};

function createSeatReconciler({ manager, stores, clusterInfo, settings, config }: Parts): Reconciler {
  const { api, events, clock, metrics } = manager;
  const { ca } = config.tls;
  return new SeatReconciler({
    api,
    applier: new Applier({ api, annotation: `${GROUP}/applied` }),
    stores: { ...stores.seatContents, Seat: stores.seats, Workshop: stores.workshops },
    events,
    clock,
    metrics: createOperatorMetrics(metrics.registry),
    operator: { name: settings.account, namespace: settings.namespace },
    clusterInfo: () => ({ ...clusterInfo.current(), ...(ca !== undefined && { certificateAuthority: String(ca) }) }),
  });
}

function createWorkshopReconciler({ manager, stores, settings, log }: Parts): Reconciler {
  const { api, events, clock } = manager;
  return new WorkshopReconciler({
    api,
    workshops: stores.workshops,
    seats: stores.seats,
    pods: stores.pullPods,
    events,
    clock,
    log,
    namespace: settings.namespace,
    seatRequirements,
    quotaProblem: ({ lab, quota }) => quotaProblem(labOf(lab).requirements, quota),
  });
}
