// Faults that the instructor has switched on for the whole class, by a label of the Workshop: they are written where each lab's guide looks for
// them. Without the label they are the lab's own to switch, and nothing is written.
import { FAULTS_OF } from '../../lab/names.ts';
import { LABELS, NAMES } from '../api/types.ts';
import type { Workshop } from '../api/types.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import type { LabObject } from './types.ts';

const labelOf = (workshop: KubeObject | undefined): string | undefined => workshop?.metadata.labels?.[LABELS.faults];

/**
 * The label's names with commas between, which a label's value can't have: there a dot or an underscore is. Empty where it says `none`, or nothing:
 * then no fault is on, whatever a lab has switched.
 */
export function faultsOf(workshop: Workshop | undefined): string | undefined {
  return labelOf(workshop)
    ?.split(/[._]/)
    .filter((name) => name !== '' && name !== 'none')
    .join(',');
}

/** Whether seats have to be looked at since the label is another, or gone, or there at last. */
export const areFaultsChanged = (before: KubeObject | undefined, after: KubeObject | undefined): boolean =>
  labelOf(before) !== labelOf(after);

export const isFaults = ({ kind, metadata }: KubeObject): boolean =>
  kind === 'ConfigMap' && metadata.name === NAMES.faults;

/** What was applied and no longer is, the API server takes out again: so the label's end is the faults' end. */
export function withFaults(workshop: Workshop | undefined, lab: readonly LabObject[]): LabObject[] {
  const faults = faultsOf(workshop);
  if (faults === undefined) return [...lab];
  const ofTheClass = ({ metadata, ...rest }: LabObject): LabObject => ({
    ...rest,
    metadata: { ...metadata, annotations: { ...metadata.annotations, [FAULTS_OF]: 'class' } },
    data: { faults },
  });
  return lab.map((object) => (isFaults(object) ? ofTheClass(object) : object));
}
