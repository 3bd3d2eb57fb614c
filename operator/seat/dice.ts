// The attendee's own code: it is theirs from their first change of it, and whatever is done to the lab leaves it alone.
import { sha256 } from '../../cdk8s/plain.ts';
import { GROUP, NAMES } from '../api/types.ts';
import { isDeployment } from './shapes.ts';
import type { ConfigMap, Deployment, LabObject } from './shapes.ts';

/** Says what code was given, so that the attendee's can be told from it. */
const GIVEN = `${GROUP}/given-sha256`;
/** Says what code the pods were started with, so that other code starts others. */
const CONFIG = `${GROUP}/config-sha256`;
const KEY = 'app.ts';

export const isDice = ({ kind, metadata }: LabObject): boolean => kind === 'ConfigMap' && metadata.name === NAMES.dice;

/**
 * The code in the ConfigMap if it is the attendee's own: neither what the ConfigMap says was given, nor what is given now. None at all
 * is not their own: then they get it again.
 */
export function ownCode(live: ConfigMap | undefined, desired: LabObject | undefined): string | undefined {
  const code = live?.data?.[KEY];
  if (code === undefined || code === '') return undefined;
  const given = [live?.metadata.annotations?.[GIVEN], desired?.metadata.annotations?.[GIVEN]];
  return given.includes(sha256(code)) ? undefined : code;
}

const withoutCode = (dice: LabObject): LabObject => Object.fromEntries(Object.entries(dice).filter(([field]) => field !== 'data')) as unknown as LabObject;

/** The same Deployment, its pods started with that code. */
function startedWith(deployment: Deployment, code: string): Deployment {
  const { spec: { template, ...spec } } = deployment;
  const annotations = { ...template.metadata?.annotations, [CONFIG]: sha256(code) };
  return { ...deployment, spec: { ...spec, template: { ...template, metadata: { ...template.metadata, annotations } } } };
}

/**
 * The lab with the attendee's code left out of what is applied, where there is any. The one who changed a field owns it
 * (https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management), so leaving it out removes nothing.
 */
export function leavingAlone(code: string | undefined, lab: readonly LabObject[]): LabObject[] {
  if (code === undefined) return [...lab];
  return lab.map((object) => {
    if (isDice(object)) return withoutCode(object);
    return isDeployment(object) && object.metadata.name === NAMES.dice ? startedWith(object, code) as unknown as LabObject : object;
  });
}
