// The kinds that the portal reads: Workshop and Seat. Their types come from the schemas of the definitions.
import type { seatSpec, seatStatus } from '../../cdk8s/operator/seat.ts';
import type { workshopSpec, workshopStatus } from '../../cdk8s/operator/workshop.ts';
import type { ValueOf } from '../../cdk8s/schema/schema.ts';
import type { Kind, KubeObject } from '../../kubernetes/object.ts';
import { API_VERSION } from '../../lab/names.ts';

const custom = (kind: string, plural: string): Kind => ({ apiVersion: API_VERSION, kind, plural, namespaced: false });

export const WORKSHOP = custom('Workshop', 'workshops');
export const SEAT = custom('Seat', 'seats');

export interface Workshop extends KubeObject {
  readonly spec: ValueOf<typeof workshopSpec>;
  readonly status?: ValueOf<typeof workshopStatus>;
}

export interface Seat extends KubeObject {
  readonly spec: ValueOf<typeof seatSpec>;
  readonly status?: ValueOf<typeof seatStatus>;
}

export type Claim = NonNullable<Seat['spec']['claim']>;
