// Finds out whether the lab is ready, the lab's URL, and the attendee's progress. This phase runs last, even if an
// earlier phase had a problem.
import { LABELS, NAMES } from '../../api/types.ts';
import type { KubeObject } from '../../../kubernetes/object.ts';
import { breakageOf } from '../breakage.ts';
import { awaitsRollout, isStopped } from '../context.ts';
import type { SeatContext } from '../context.ts';
import { readinessOf } from '../deployment-readiness.ts';
import type { Readiness } from '../deployment-readiness.ts';
import { namespaceOf } from '../objects.ts';
import type { Done, Findings } from '../phase-result.ts';
import type { Phase } from '../phase.ts';
import { askPods } from '../pod-diagnosis.ts';
import type { PodDiagnosis } from '../deployment-readiness.ts';
import { sidecarsIn } from '../guide-conditions.ts';
import { hasNoKey } from '../guide-secrets.ts';
import { verifiedProgress } from '../progress.ts';
import { QUIET_MS, unreadySince } from '../status.ts';
import { isDeployment } from '../types.ts';
import type { ConfigMap, Deployment } from '../../../kubernetes/types.ts';
import { guideUrl } from '../guide-url.ts';

/** Returns the Deployments that exist in the seat's namespace. */
const liveDeployments = ({ options: { stores }, seat }: SeatContext): readonly KubeObject[] =>
  stores.Deployment.byLabel(LABELS.seat, seat.metadata.name).filter(
    ({ metadata }) => metadata.namespace === namespaceOf(seat),
  );

/**
 * Decides whether the lab is ready: compares the live Deployments with the desired ones. If the lab can't be rendered,
 * or is that of another release, only checks whether each live Deployment is completely rolled out.
 */
function labReadiness(context: SeatContext): Readiness {
  const { options, seat, desired } = context;
  const wanted: readonly KubeObject[] =
    desired && !awaitsRollout(context) ? desired.deployments : liveDeployments(context);
  const live = (name: string): Deployment | undefined =>
    options.stores.Deployment.get(`${namespaceOf(seat)}/${name}`) as Deployment | undefined;
  return readinessOf(wanted.filter(isDeployment), live, desired?.customized ?? []);
}

/** Returns the lab's URL. While the seat has a problem, returns the URL from the seat's current status. */
const labUrl = (context: SeatContext): string | undefined =>
  context.problem || !context.desired ? context.seat.status?.url : guideUrl(context, context.desired.lab);

/** Returns what the guide has written for the operator: the attendee's progress, and sidecars in its pod. */
async function guideReport(context: SeatContext): Promise<Pick<Findings, 'progress' | 'unverifiedSteps' | 'sidecars'>> {
  const { options, seat } = context;
  const live = options.stores.ConfigMap.get(`${namespaceOf(seat)}/${NAMES.progress}`) as ConfigMap | undefined;
  const { status, unverified } = await verifiedProgress(context, live);
  return { progress: status, unverifiedSteps: unverified, sidecars: sidecarsIn(live) };
}

/**
 * Lists the pods to find out why the lab is not ready. Does so only when the lab has not been ready for QUIET_MS,
 * because a new diagnosis may cause a write of the status.
 */
async function diagnosePods(
  context: SeatContext,
  { ready, unavailable }: Readiness,
  since: number,
): Promise<PodDiagnosis | undefined> {
  const { seat, now, problem } = context;
  const isDue = !ready && !isStopped(seat) && now - since >= QUIET_MS;
  return isDue && !problem ? askPods(context, unavailable) : undefined;
}

/** Returns what the attendee has done that keeps the lab from being ready. */
function breakage(context: SeatContext, podDiagnosis: PodDiagnosis, since: number): Findings['breakage'] {
  const namespace = namespaceOf(context.seat);
  const deployments = podDiagnosis.unavailable.flatMap((name) => {
    const live = context.options.stores.Deployment.get(`${namespace}/${name}`);
    return live && isDeployment(live) ? [live] : [];
  });
  return breakageOf({ namespace, deployments, podDiagnosis, since });
}

type Observation = Omit<Findings, 'access'>;

async function reconcileReadiness(context: SeatContext): Promise<Done<Observation>> {
  const { seat, now, problem, desired } = context;
  const readiness = labReadiness(context);
  const since = unreadySince(seat, problem === undefined, now);
  const podDiagnosis = await diagnosePods(context, readiness, since);
  const findings = {
    readiness,
    unreadySince: since,
    url: labUrl(context),
    ...(await guideReport(context)),
    hasNoKey: await hasNoKey(context, readiness.ready && !isStopped(seat)),
    customized: desired?.customized ?? [],
    awaitsRollout: awaitsRollout(context),
    contests: context.options.applier.contestsIn(namespaceOf(seat)),
    podDiagnosis,
    breakage: podDiagnosis && breakage(context, podDiagnosis, since),
  };
  return { type: 'done', findings };
}

export const readiness = {
  condition: 'Ready',
  runsAfterProblem: true,
  reconcile: reconcileReadiness,
} as const satisfies Phase;
