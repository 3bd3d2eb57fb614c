// Options of the Workshop reconciler.
import type { SomeValues } from '../../cdk8s/render.ts';
import type { Api } from '../../kubernetes/api.ts';
import type { Pod } from '../../kubernetes/types.ts';
import type { Seat, Workshop } from '../api/types.ts';
import type { Logger } from '../engine/log.ts';
import type { Clock, EventRecorder, Store } from '../engine/reconciler.ts';
import type { SeatRequirements } from './capacity.ts';

export interface WorkshopOptions {
  readonly api: Api;
  readonly workshops: Store<Workshop>;
  readonly seats: Store<Seat>;
  /**
   * Store of the pods in the operator's namespace with the label app.kubernetes.io/component: image-pull. The store
   * must keep the status of these pods.
   */
  readonly pods: Store<Pod>;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly log: Logger;
  /** Name of the namespace that the operator runs in. */
  readonly namespace: string;
  /** Whether a portal runs, where people join a class. */
  readonly hasPortal: boolean;
  /**
   * Returns the resources that a seat with this lab needs on the nodes.
   * @throws Error that says what to change, if the lab can't be rendered
   */
  seatRequirements(lab?: SomeValues): SeatRequirements;
  /** Returns the hash of the lab's objects that this release of the operator renders from these values. */
  labHash(lab?: SomeValues): string;
  /** The images of the lab, as far as they differ from the defaults. A Workshop's own values override them. */
  readonly images: SomeValues;
  /** Returns why the lab does not fit into the quota, and what to do. Returns undefined if the lab fits. */
  quotaProblem(spec: Workshop['spec']): string | undefined;
}
