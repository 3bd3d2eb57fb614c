// Handles the files that an attendee may edit: code, settings and Collector configuration in the ConfigMap of the dice.
// The operator never changes a file after the attendee has edited it.
import { OWN } from '../../lab/names.ts';
import type { OwnFile } from '../../lab/names.ts';
import { sha256 } from '../../cdk8s/canonical-json.ts';
import { NAMES, RELEASE } from '../api/types.ts';
import { isDeployment } from './types.ts';
import type { LabObject } from './types.ts';
import type { ConfigMap, Deployment } from '../../kubernetes/types.ts';

/** The files that the attendee has edited, as a map from file name to content. */
export type AttendeeFiles = ReadonlyMap<OwnFile, string>;

export const NO_FILES: AttendeeFiles = new Map();

/** Whether the object is the ConfigMap of the dice. */
export const isDice = ({ kind, metadata }: LabObject): boolean => kind === 'ConfigMap' && metadata.name === NAMES.dice;

const deploymentOf = ({ component }: (typeof OWN)[number]): string => `${RELEASE}-${component}`;

/**
 * Finds the files that the attendee has edited. Annotations of the live and the desired ConfigMap hold the hash of each
 * file that the lab gave. A file that has one of these hashes is unedited. A missing or empty file is also unedited, so
 * the operator restores it.
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

/** Returns the names of the Deployments that run a file edited by the attendee. */
export const customizedDeployments = (files: AttendeeFiles): string[] => [
  ...new Set(OWN.filter(({ file }) => files.has(file)).map(deploymentOf)),
];

function diceWithout(dice: LabObject, files: AttendeeFiles): LabObject {
  const { data = {}, ...rest } = dice as LabObject & Pick<ConfigMap, 'data'>;
  const given = Object.entries(data).filter(([file]) => !files.has(file as OwnFile));
  return given.length > 0 ? { ...rest, data: Object.fromEntries(given) } : rest;
}

/** Returns annotations with the hashes of the edited files that this Deployment runs. */
function hashAnnotations({ metadata }: Deployment, files: AttendeeFiles): Record<string, string> {
  const used = OWN.filter((one) => deploymentOf(one) === metadata.name && files.has(one.file));
  return Object.fromEntries(used.map(({ file, started }) => [started, sha256(files.get(file) ?? '')]));
}

/** Adds the hashes of the attendee's files to the pod template, so that an edit of a file starts new pods. */
function withHashes(deployment: Deployment, files: AttendeeFiles): Deployment {
  const { template, ...spec } = deployment.spec;
  const annotations = { ...template.metadata?.annotations, ...hashAnnotations(deployment, files) };
  const metadata = { ...template.metadata, annotations };
  return { ...deployment, spec: { ...spec, template: { ...template, metadata } } };
}

/**
 * Removes the attendee's edited files from the lab's objects, so that an apply does not change these files. Leaving
 * them out does not delete them, because the attendee is the field manager of the edited fields.
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
