// Conditions of a Seat about its guide: signatures that are missing, sidecars in the guide's pod, and a guide that
// doesn't reach the API server. A Seat has these
// conditions only while there is something to report.
import type { ConditionSpec } from '../../kubernetes/conditions.ts';
import type { ConfigMap } from '../../kubernetes/types.ts';
import { NAMES } from '../api/types.ts';
import type { Findings } from './phase-result.ts';

/** Returns the names of the sidecars that the guide has found in its pod. */
export const sidecarsIn = (progress: ConfigMap | undefined): readonly string[] =>
  (progress?.data?.['sidecars'] ?? '')
    .split(',')
    .filter((name) => /^[a-z0-9-]{1,63}$/.test(name))
    .slice(0, 5);

const progressUnverified = (steps: number): ConditionSpec => ({
  type: 'ProgressVerified',
  status: 'False',
  reason: 'SignatureMissing',
  message:
    `Expected the guide's signature on every passed step in ConfigMap ${NAMES.progress}, found ${steps} without it. ` +
    'They do not count. Somebody else has written them, or the guide has no key. ' +
    'The attendee can check the steps again.',
});

const sidecarInjected = (sidecars: readonly string[]): ConditionSpec => ({
  type: 'LoopbackTrusted',
  status: 'False',
  reason: 'SidecarInjected',
  message:
    `Expected only the lab's own container in the pod of the guide, found ${sidecars.join(', ')} too. All requests ` +
    'then seem to come from the pod itself, so the guide asks for its key even through port-forward. ' +
    "Exclude the seat's namespace from the injection, then delete the pod of the guide.",
});

/** Type of the condition about a guide that has stored no key. */
export const GUIDE_CONNECTED = 'GuideConnected';

const guideHasNoKey: ConditionSpec = {
  type: GUIDE_CONNECTED,
  status: 'False',
  reason: 'NoKey',
  message:
    `Expected the guide to store its key in Secret ${NAMES.guideKey} when it starts, found none. It probably does ` +
    'not reach the API server. Then the editor is off, passed steps do not count, and spans lack the names of their ' +
    "pods. The log of the pod's init container key has the error. With Cilium, set policyCIDRMatchMode to nodes. " +
    'Then delete the pod of the guide.',
};

export const guideConditions = ({
  unverifiedSteps,
  sidecars,
  hasNoKey,
}: Pick<Findings, 'unverifiedSteps' | 'sidecars' | 'hasNoKey'>): ConditionSpec[] => [
  ...(hasNoKey ? [guideHasNoKey] : []),
  ...(unverifiedSteps > 0 ? [progressUnverified(unverifiedSteps)] : []),
  ...(sidecars.length > 0 ? [sidecarInjected(sidecars)] : []),
];
