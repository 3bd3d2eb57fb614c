// What is the attendee's own in the dice's ConfigMap (names.ts: OWN): each file is theirs from their first change of it, and whatever is done to
// the lab leaves it alone.
import { OWN } from '../../lab/names.ts';
import type { OwnFile } from '../../lab/names.ts';
import { sha256 } from '../../cdk8s/canonical-json.ts';
import { NAMES, RELEASE } from '../api/types.ts';
import { isDeployment } from './types.ts';
import type { ConfigMap, Deployment, LabObject } from './types.ts';

/** The text of each file that is the attendee's own. */
export type Own = ReadonlyMap<OwnFile, string>;

export const NOTHING_OWN: Own = new Map();

export const isDice = ({ kind, metadata }: LabObject): boolean => kind === 'ConfigMap' && metadata.name === NAMES.dice;

const deploymentOf = ({ component }: (typeof OWN)[number]): string => `${RELEASE}-${component}`;

/**
 * Those that are the attendee's own: neither what the ConfigMap says was given, nor what is given now. None at all, or an empty one, is not
 * their own: then they get it again.
 */
export function ownFiles(live: ConfigMap | undefined, desired: LabObject | undefined): Own {
  const files = OWN.flatMap(({ file, given }): [OwnFile, string][] => {
    const text = live?.data?.[file];
    if (text === undefined || text === '') return [];
    const hashes = [live, desired].map((object) => object?.metadata.annotations?.[given]);
    return hashes.includes(sha256(text)) ? [] : [[file, text]];
  });
  return new Map(files);
}

/** Deployments that run something of the attendee's own. */
export const runningOwn = (own: Own): string[] => [
  ...new Set(OWN.filter(({ file }) => own.has(file)).map(deploymentOf)),
];

function withoutOwn(dice: LabObject, own: Own): LabObject {
  const { data = {}, ...rest } = dice as LabObject & Pick<ConfigMap, 'data'>;
  const given = Object.entries(data).filter(([file]) => !own.has(file as OwnFile));
  return given.length > 0 ? { ...rest, data: Object.fromEntries(given) } : rest;
}

/** The same Deployment, its pods started with these files: other ones start others. */
function startedWith(deployment: Deployment, own: Own): Deployment {
  const {
    spec: { template, ...spec },
  } = deployment;
  const started = OWN.filter((one) => deploymentOf(one) === deployment.metadata.name).flatMap(
    ({ file, started: annotation }): [string, string][] =>
      own.has(file) ? [[annotation, sha256(own.get(file) ?? '')]] : [],
  );
  const annotations = { ...template.metadata?.annotations, ...Object.fromEntries(started) };
  return {
    ...deployment,
    spec: { ...spec, template: { ...template, metadata: { ...template.metadata, annotations } } },
  };
}

/**
 * The lab with the attendee's files left out of what is applied, where there are any. The one who changed a field owns it
 * (https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management), so leaving it out removes nothing.
 */
export function leavingAlone(own: Own, lab: readonly LabObject[]): LabObject[] {
  const running = runningOwn(own);
  return lab.map((object) => {
    if (isDice(object)) return withoutOwn(object, own);
    return isDeployment(object) && running.includes(object.metadata.name)
      ? (startedWith(object, own) as unknown as LabObject)
      : object;
  });
}
