// Returns all objects of a seat as the operator renders them, for a client that applies the same objects without the
// operator.
import { chartValues } from '../../../cdk8s/operator/values.ts';
import { KINDS, kindOf } from '../../../kubernetes/kinds.ts';
import type { Kind } from '../../../kubernetes/object.ts';
import { API_VERSION, LABELS, MANAGED_BY, NAMES } from '../../../operator/api/types.ts';
import type { Seat } from '../../../operator/api/types.ts';
import { labOf } from '../../../operator/seat/rendered-lab.ts';
import {
  networkPolicies,
  labelsOf,
  limitsObject,
  namespaceObject,
  operatorBinding,
  attendeeAccount,
  criticalQuota,
  quotaObject,
} from '../../../operator/seat/objects.ts';
import type { LabObject } from '../../../operator/seat/types.ts';
import { attendeesOf } from '../../../operator/workshop/attendees.ts';

/** The approximate size of a kubeconfig with a token, in bytes. */
const KUBECONFIG_BYTES = 2500;
const operator = { name: 'intro-otel-operator', namespace: 'intro-otel' };
/** The API server's address and the nodes' address ranges for pods, as in a cluster of six nodes. */
const network = {
  ...chartValues.default.operator.network,
  apiServers: { addresses: ['10.200.0.2'], port: 6443 },
  podCidrs: [0, 4, 8, 12, 16, 20].map((third) => `10.240.${third}.0/22`),
};

/** Returns the label selector for all objects of a Workshop's seats. */
export const ofWorkshop = (workshop: string): string =>
  `${LABELS.managedBy}=${MANAGED_BY},${LABELS.workshop}=${workshop}`;

/** Returns the names of the seats of a Workshop that has `count` numbered seats instead of a list of attendees. */
export const seatNames = (workshop: string, count: number): string[] =>
  attendeesOf({ seats: count }).map(({ name }) => `${workshop}-${name}`);

/**
 * Returns the objects of one seat in the order of their creation, the namespace first. They have no owner reference,
 * because there is no Seat to own them.
 */
export function seatObjects(workshop: string, name: string): LabObject[] {
  const seat: Seat = {
    apiVersion: API_VERSION,
    kind: 'Seat',
    metadata: { name },
    spec: { workshop, attendee: name, revision: '' },
  };
  const lab = labOf();
  const objects = lab.objects(name);
  const { labels = {} } = namespaceObject(seat).metadata;
  return [
    { ...namespaceObject(seat), metadata: { name, labels } },
    operatorBinding(seat, operator),
    quotaObject(seat, lab),
    limitsObject(seat, lab),
    criticalQuota(seat),
    ...networkPolicies(seat, lab, network),
    ...attendeeAccount(seat),
    kubeconfig(seat),
    ...objects.map((object) => ({
      ...object,
      metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...labelsOf(seat) } },
    })),
  ];
}

function kubeconfig(seat: Seat): LabObject {
  const metadata = { name: NAMES.kubeconfig, namespace: seat.metadata.name, labels: labelsOf(seat) };
  return { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { config: 'x'.repeat(KUBECONFIG_BYTES) } };
}

/** Lists the kinds of a seat's objects. */
export function kindsOfSeats(): Kind[] {
  const kinds = new Set(seatObjects('any', 'any').map((object) => kindOf(object)));
  return Object.values(KINDS).filter((kind) => kinds.has(kind));
}
