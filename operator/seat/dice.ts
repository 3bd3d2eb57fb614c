// Handles the files that an attendee may edit: code, settings and Collector configuration in the ConfigMap of the dice.
// The operator never changes a file after the attendee has edited it.
import { OWN, RUN } from '../../lab/names.ts';
import type { OwnFile } from '../../lab/names.ts';
import { unverifiedClaims } from '../../lab/run-token.ts';
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
const withHashes = (deployment: Deployment, files: AttendeeFiles): LabObject =>
  withAnnotations(deployment, hashAnnotations(deployment, files));

function withAnnotations(deployment: Deployment, added: Readonly<Record<string, string>>): LabObject {
  const { template, ...spec } = deployment.spec;
  const metadata = { ...template.metadata, annotations: { ...template.metadata?.annotations, ...added } };
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
    return isDeployment(object) && customized.includes(object.metadata.name) ? withHashes(object, files) : object;
  });
}

type RunClaims = ReturnType<typeof unverifiedClaims>;

/** Whether the guide has written a file's text for a Run, so that the dice that runs has it already. */
const isOfRun = (claims: RunClaims, file: OwnFile, text: string): boolean =>
  Object.entries(claims?.files ?? {}).some(([name, hash]) => name === file && hash === sha256(text));

/**
 * Returns the hashes that the pod template of dice has after a Run, or undefined before the first one. A file of the
 * Run keeps its hash in the live Deployment. Otherwise, each Run would start a new pod. A file that somebody has edited
 * since then gets a hash that no pod has, because the dice that runs may have another text than its pod started with.
 * A learner could forge the record of a Run, and would then only keep a dice that is old.
 */
function runHashes(live: ConfigMap | undefined, dice: Deployment | undefined): Record<string, string> | undefined {
  const { [RUN.record]: record, ...data }: Readonly<Record<string, string>> = live?.data ?? {};
  if (record === undefined) return undefined;
  const known = dice?.spec.template.metadata?.annotations ?? {};
  const claims = unverifiedClaims(record);
  const hashes = OWN.filter(({ component }) => component === 'dice').map(({ file, started }) => {
    const { [file]: text = '' } = data;
    const hash = isOfRun(claims, file, text) ? known[started] : sha256(`${record} ${text}`);
    return [started, hash ?? sha256(text)];
  });
  return Object.fromEntries(hashes) as Record<string, string>;
}

/** Starts no new pod for files that a Run has changed, and one for files that somebody else has. */
export function withRuns(lab: readonly LabObject[], live: ConfigMap | undefined, dice?: Deployment): LabObject[] {
  const hashes = runHashes(live, dice);
  return lab.map((object) =>
    hashes && isDeployment(object) && object.metadata.name === NAMES.dice ? withAnnotations(object, hashes) : object,
  );
}
