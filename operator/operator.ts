// Builds the operator from its stores and its two reconcilers, and declares what triggers each reconciler.
import { VERSION } from '../cdk8s/values.ts';
import type { Api } from '../kubernetes/api.ts';
import type { ApiConfig } from '../kubernetes/config.ts';
import { keyOf } from '../kubernetes/object.ts';
import type { KubeObject } from '../kubernetes/object.ts';
import { FIELD_MANAGER, GROUP, LABELS } from './api/types.ts';
import type { Seat } from './api/types.ts';
import { reportClasses } from './class-telemetry.ts';
import { ClusterInfoPoller } from './cluster-info.ts';
import { updateDefinitions } from './definitions.ts';
import { Applier } from './engine/apply.ts';
import type { Logger } from './engine/log.ts';
import { Manager } from './engine/manager.ts';
import type { Reconciler } from './engine/reconciler.ts';
import type { Change } from './engine/store.ts';
import { PortalKeys } from './portal-keys.ts';
import { createOperatorMetrics } from './metrics.ts';
import type { SeatOptions } from './seat/context.ts';
import { SeatReconciler } from './seat/controller.ts';
import { affectsSeat } from './seat/deployment-readiness.ts';
import { areFaultsChanged } from './seat/faults.ts';
import { isShared } from './seat/shared-fields.ts';
import { labOf } from './seat/rendered-lab.ts';
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

/** The options and objects that both controllers are built from. */
interface Parts extends OperatorOptions {
  readonly manager: Manager;
  readonly stores: Stores;
  readonly clusterInfo: ClusterInfoPoller;
  /** The keys of the portal. Undefined if the release has no portal. */
  readonly portalKeys: PortalKeys | undefined;
}

/** Maximum number of Workshops that are reconciled at the same time. */
const WORKSHOP_WORKERS = 2;
/**
 * Delay in milliseconds between a change of a seat and the reconcile of its Workshop. Many seats change at about the
 * same time, so one reconcile of the Workshop handles all of them.
 */
const SEATS_DELAY_MS = 500;
/**
 * Delay in milliseconds between a change of an object in a seat's namespace and the reconcile of the seat. A seat's
 * objects often change at about the same time.
 */
const CONTENTS_DELAY_MS = 250;

/** Builds the operator. Call `start` on the result to run it. */
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
  const clusterInfo = new ClusterInfoPoller({
    api: manager.api,
    ownServer: config.server,
    network: settings.network,
    log,
  });
  const stores = createStores(manager, settings.namespace);
  const parts = {
    settings,
    config,
    log,
    manager,
    stores,
    clusterInfo,
    portalKeys: createPortalKeys(manager, settings, log),
  };
  manager.add((signal) => clusterInfo.run(signal));
  manager.addReadyCheck('cluster-info', () => clusterInfo.problem());
  manager.prepare(() => tryUpdateDefinitions(manager.api, log));
  addSeatController(parts);
  addWorkshopController(parts);
  reportClasses({ seats: stores.seats, configMaps: stores.seatContents.ConfigMap });
  return manager;
}

function createPortalKeys(
  manager: Manager,
  { portal, board, namespace }: Pick<Settings, 'portal' | 'board' | 'namespace'>,
  log: Logger,
): PortalKeys | undefined {
  if (portal === undefined) return undefined;
  const keys = new PortalKeys({
    api: manager.api,
    secret: { name: portal, namespace },
    ...(board !== undefined && { board: { name: board, namespace } }),
    log,
  });
  manager.add((signal) => keys.run(signal));
  return keys;
}

/**
 * Updates the CustomResourceDefinitions. Only logs a failure, because the operator also works with older definitions.
 */
async function tryUpdateDefinitions(api: Api, log: Logger): Promise<void> {
  try {
    await updateDefinitions(api, log);
  } catch (error) {
    log.warn({ err: error }, 'Failed to update the CustomResourceDefinitions');
  }
}

function addSeatController(parts: Parts): void {
  const { manager, settings, clusterInfo, portalKeys } = parts;
  const { workshops, seats, seatContents } = parts.stores;
  const controller = manager
    .controller({ workers: settings.workers })
    .for(seats)
    .watches(workshops, (change) => (areFaultsChanged(change.old, change.new) ? keysOfSeats(seats, change.key) : []))
    .watches(clusterInfo, () => seats.keys());
  if (portalKeys) controller.watches(portalKeys, () => seats.keys());
  const { Deployment, ...others } = seatContents;
  controller.watches(Deployment, seatOfDeployment, { delay: CONTENTS_DELAY_MS });
  for (const store of Object.values(others)) controller.watches(store, seatOfNamespace, { delay: CONTENTS_DELAY_MS });
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

/**
 * Returns the name of the seat that an object belongs to, which is the name of the object's namespace. Labels would
 * not be safe, because attendees can edit them.
 */
const seatOfNamespace = ({ key }: { readonly key: string }): string[] => [key.split('/')[0] ?? key];

const seatOfDeployment = (change: Change<KubeObject>): string[] => (affectsSeat(change) ? seatOfNamespace(change) : []);

// Reading `change.old` parses JSON, so the next two functions read it only if the object was deleted.
const workshopOfSeat = (change: Change<Seat>): string[] => {
  const seat = change.new ?? change.old;
  return seat ? [seat.spec.workshop] : [];
};

const workshopOfLabel = (change: Change<KubeObject>): string[] => {
  const workshop = (change.new ?? change.old)?.metadata.labels?.[LABELS.workshop];
  return workshop === undefined ? [] : [workshop];
};

/** Returns what the seats need to know of the portal, as options of the Seat reconciler. */
function portalOf({ portalKeys, settings: { portal, namespace } }: Parts): Pick<SeatOptions, 'portal'> {
  if (!portalKeys || portal === undefined) return {};
  return { portal: { account: { name: portal, namespace }, publicKey: () => portalKeys.publicKey() } };
}

function createSeatReconciler(parts: Parts): Reconciler {
  const { manager, stores, clusterInfo, settings, config } = parts;
  const { api, events, clock, metrics } = manager;
  const { ca } = config.tls;
  return new SeatReconciler({
    api,
    applier: new Applier({ api, annotation: `${GROUP}/applied`, isShared, now: () => clock.now() }),
    stores: { ...stores.seatContents, Seat: stores.seats, Workshop: stores.workshops },
    events,
    clock,
    metrics: createOperatorMetrics(metrics.registry),
    operator: { name: settings.account, namespace: settings.namespace },
    ...portalOf(parts),
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
    hasPortal: settings.portal !== undefined,
    images: settings.images,
    seatRequirements: (lab) => labOf(lab).requirements,
    labHash: (lab) => labOf(lab).hash,
    quotaProblem: ({ lab, quota }) => quotaProblem(labOf(lab).requirements, quota),
  });
}
