// Builds the objects that a seat's spec asks for. Files that the attendee has edited are left out.
import { keyOf } from '../../kubernetes/object.ts';
import type { ConfigMap } from '../../kubernetes/types.ts';
import { DISPLAY_NAME, PORTAL, SEAT_UID } from '../../lab/names.ts';
import type { Seat } from '../api/types.ts';
import { TerminalError } from '../engine/reconciler.ts';
import { attendeeFiles, customizedDeployments, isDice, NO_FILES, withoutAttendeeFiles } from './dice.ts';
import { isStopped } from './context.ts';
import type { DesiredSeat, SeatContext } from './context.ts';
import { withFaults } from './faults.ts';
import {
  attendeeAccount,
  criticalQuota,
  labelsOf,
  limitsObject,
  namespaceOf,
  networkPolicies,
  portalBinding,
  portalKey,
  quotaObject,
  terminalBinding,
} from './objects.ts';
import { permanentProblem, unexpected } from './phase-result.ts';
import type { Problem } from './phase-result.ts';
import { networkProblem } from './policies.ts';
import { labOf as labOfChart } from './rendered-lab.ts';
import type { Lab } from './rendered-lab.ts';
import { isDeployment } from './types.ts';
import { FRONT_DOOR } from './url.ts';
import type { LabObject } from './types.ts';

/** Kinds of the lab's objects that must exist before its pods. */
const ACCOUNT_KINDS = ['ServiceAccount', 'RoleBinding'];

const scaledToZero = (object: LabObject): LabObject =>
  isDeployment(object) ? { ...object, spec: { ...object.spec, replicas: 0 } } : object;

function labelled(seat: SeatContext['seat'], object: LabObject): LabObject {
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, labels: { ...metadata.labels, ...labelsOf(seat) } } };
}

/**
 * Tells the guide which seat it runs in, and what the attendee is called. The guide binds its signatures to the seat's
 * uid.
 */
function withSeat({ metadata: { uid = '' }, spec: { displayName } }: Seat, object: LabObject): LabObject {
  if (!isDeployment(object) || object.metadata.name !== FRONT_DOOR) return object;
  const { template } = object.spec;
  const own = { [SEAT_UID]: uid, ...(displayName !== undefined && { [DISPLAY_NAME]: displayName }) };
  const annotations = { ...template.metadata?.annotations, ...own };
  return {
    ...object,
    spec: { ...object.spec, template: { ...template, metadata: { ...template.metadata, annotations } } },
  };
}

/** Returns the objects of this seat's lab, without the files that the attendee has edited. */
function labObjects(
  { options: { stores }, seat }: SeatContext,
  lab: Lab,
): Pick<DesiredSeat, 'customized' | 'filesVersion'> & { readonly objects: readonly LabObject[] } {
  const workshop = stores.Workshop.get(seat.spec.workshop);
  const given = withFaults(workshop, lab.objects(namespaceOf(seat))).map((object) =>
    withSeat(seat, labelled(seat, object)),
  );
  const dice = given.find(isDice);
  const live = dice && (stores.ConfigMap.get(keyOf(dice)) as ConfigMap | undefined);
  const files = dice ? attendeeFiles(live, dice) : NO_FILES;
  const objects = withoutAttendeeFiles(files, given);
  return {
    objects: isStopped(seat) ? objects.map(scaledToZero) : objects,
    customized: customizedDeployments(files),
    filesVersion: live?.metadata.resourceVersion,
  };
}

/**
 * Returns the ConfigMap with the portal's public key. While the key is unknown, as after a start of the operator, the
 * seat keeps the key that it has.
 */
function portalObjects({ options: { portal, stores }, seat }: SeatContext): LabObject[] {
  if (!portal) return [];
  const live = stores.ConfigMap.get(`${namespaceOf(seat)}/${PORTAL.configMap}`) as ConfigMap | undefined;
  const publicKey = portal.publicKey() ?? live?.data?.[PORTAL.publicKey];
  return publicKey === undefined ? [] : [portalKey(seat, publicKey)];
}

/** Returns the NetworkPolicies and the RoleBinding of the portal. */
function accessRules({ options: { portal, clusterInfo }, seat }: SeatContext, lab: Lab): LabObject[] {
  if (!portal) return networkPolicies(seat, lab, clusterInfo());
  const { account } = portal;
  const network = { ...clusterInfo(), portalNamespace: account.namespace };
  return [...networkPolicies(seat, lab, network), portalBinding(seat, account)];
}

function objectsOf(context: SeatContext, lab: Lab): DesiredSeat {
  const { seat } = context;
  const { objects, ...files } = labObjects(context, lab);
  const accounts = objects.filter(({ kind }) => ACCOUNT_KINDS.includes(kind));
  const others = objects.filter(({ kind }) => kind !== 'Secret' && !ACCOUNT_KINDS.includes(kind));
  return {
    lab,
    quota: quotaObject(seat, lab),
    limits: limitsObject(seat, lab),
    guardrails: [
      criticalQuota(seat),
      ...accessRules(context, lab),
      ...(lab.values.terminal.enabled ? [terminalBinding(seat)] : []),
      // Without the account, all its tokens are void.
      ...(isStopped(seat) ? [] : attendeeAccount(seat)),
      ...accounts,
    ],
    secrets: objects.filter(({ kind }) => kind === 'Secret'),
    services: [...others.filter((object) => !isDeployment(object) && !isDice(object)), ...portalObjects(context)],
    dice: others.find(isDice),
    deployments: others.filter(isDeployment),
    ...files,
  };
}

/** Returns the objects that a seat should have, or a problem if its lab can't be rendered. */
export function desiredSeat(context: SeatContext): DesiredSeat | Problem {
  const { labOf = labOfChart, clusterInfo } = context.options;
  try {
    const lab = labOf(context.seat.spec.lab);
    const text = networkProblem(lab.values, clusterInfo());
    return text === undefined ? objectsOf(context, lab) : permanentProblem('PodRangesUnknown', text);
  } catch (error) {
    return error instanceof TerminalError ? permanentProblem('LabInvalid', error.message) : unexpected(error);
  }
}
