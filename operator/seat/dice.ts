// The attendee's files in the dice's ConfigMap. A file is the attendee's from their first edit of it, and the operator
// then leaves it alone.
import { OWN } from '../../lab/names.ts';
import type { OwnFile } from '../../lab/names.ts';
import { sha256 } from '../../cdk8s/plain.ts';
import { NAMES, RELEASE } from '../api/types.ts';
import { isDeployment } from './types.ts';
import type { LabObject } from './types.ts';
import type { ConfigMap, Deployment } from '../../kubernetes/types.ts';

/** The files that the attendee has edited, by name. */
export type AttendeeFiles = ReadonlyMap<OwnFile, string>;

export const NO_FILES: AttendeeFiles = new Map();

/** Whether the object is the dice's ConfigMap. */
export const isDice = ({ kind, metadata }: LabObject): boolean => kind === 'ConfigMap' && metadata.name === NAMES.dice;

const deploymentOf = ({ component }: (typeof OWN)[number]): string => `${RELEASE}-${component}`;

/**
 * Finds the files that the attendee has edited. Annotations hold the hash of each file that the lab gave them, then
 * and now. A missing or empty file does not count, so the attendee gets it again.
 */
export function attendeeFiles(live: ConfigMap | undefined, desired: LabObject | undefined): AttendeeFiles {
  const files = OWN.flatMap(({ file, given }): [OwnFile, string][] => {
    const text = live?.data?.[file];
    if (text === undefined || text === '') return [];
    const hashes = [live, desired].map((object) => object?.metadata.annotations?.[given]);
    return hashes.includes(sha256(text)) ? [] : [[file, text]];
  });
  return new Map(files);
}

/** Names of the Deployments that run files of the attendee's own. */
export const customizedDeployments = (files: AttendeeFiles): string[] => [
  ...new Set(OWN.filter(({ file }) => files.has(file)).map(deploymentOf)),
];

function diceWithout(dice: LabObject, files: AttendeeFiles): LabObject {
  const { data = {}, ...rest } = dice as LabObject & Pick<ConfigMap, 'data'>;
  const given = Object.entries(data).filter(([file]) => !files.has(file as OwnFile));
  return given.length > 0 ? { ...rest, data: Object.fromEntries(given) } : rest;
}

/** The hashes of the attendee's files that this Deployment runs, as annotations. */
function hashAnnotations({ metadata }: Deployment, files: AttendeeFiles): Record<string, string> {
  const used = OWN.filter((one) => deploymentOf(one) === metadata.name && files.has(one.file));
  return Object.fromEntries(used.map(({ file, started }) => [started, sha256(files.get(file) ?? '')]));
}

/** The Deployment with the files' hashes in its pod template, so that an edit starts new pods. */
function withHashes(deployment: Deployment, files: AttendeeFiles): Deployment {
  const { template, ...spec } = deployment.spec;
  const annotations = { ...template.metadata?.annotations, ...hashAnnotations(deployment, files) };
  const metadata = { ...template.metadata, annotations };
  return { ...deployment, spec: { ...spec, template: { ...template, metadata } } };
}

/**
 * The lab without the attendee's files, so that applying it leaves them alone. Whoever changed a field owns it, so
 * leaving it out does not remove it.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export function withoutAttendeeFiles(files: AttendeeFiles, lab: readonly LabObject[]): LabObject[] {
  const customized = customizedDeployments(files);
  return lab.map((object) => {
    if (isDice(object)) return diceWithout(object, files);
    return isDeployment(object) && customized.includes(object.metadata.name)
      ? (withHashes(object, files) as unknown as LabObject)
      : object;
  });
}
