// The guide's current URL in a seat, and the link with the token that logs in to it.
import type { Deployment, Service } from '../../kubernetes/types.ts';
import type { SeatContext } from './context.ts';
import { readGuideSecrets } from './guide-secrets.ts';
import { namespaceOf } from './objects.ts';
import type { Lab } from './rendered-lab.ts';
import { FRONT_DOOR, loginLink, urlOf } from './url.ts';

/** Returns the guide's URL, or a kubectl command that forwards a port to the guide. */
export function guideUrl({ options: { stores, clusterInfo }, seat }: SeatContext, { values }: Lab): string {
  const namespace = namespaceOf(seat);
  const live = stores.Service.get(`${namespace}/${FRONT_DOOR}`) as Service | undefined;
  return urlOf(values, { namespace, live, nodeAddress: clusterInfo().nodeAddress });
}

/** Whether the guide has started. Its init container has then stored the token. */
function hasGuideStarted({ options: { stores }, seat }: SeatContext): boolean {
  const guide = stores.Deployment.get(`${namespaceOf(seat)}/${FRONT_DOOR}`) as Deployment | undefined;
  return (guide?.status?.availableReplicas ?? 0) > 0;
}

/**
 * Returns the link that logs in to the guide. Undefined if the guide has not started, or if people reach it with
 * port-forward only. A lab without a link costs no request.
 */
export async function guideLink(context: SeatContext): Promise<string | undefined> {
  const { desired, memo } = context;
  const url = desired && guideUrl(context, desired.lab);
  if (!url?.startsWith('http') || !hasGuideStarted(context)) return undefined;
  return loginLink(url, memo.guideSecrets?.token ?? (await readGuideSecrets(context)).token);
}
