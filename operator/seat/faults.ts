// Faults that the instructor switches on for the whole class, with a label on the Workshop. The operator writes them to
// a ConfigMap that each lab's guide reads. Without the label, each lab has its own faults, and the operator writes
// none.
import { FAULTS_OF } from '../../lab/names.ts';
import { LABELS, NAMES } from '../api/types.ts';
import type { Workshop } from '../api/types.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import type { LabObject } from './types.ts';

const labelOf = (workshop: KubeObject | undefined): string | undefined => workshop?.metadata.labels?.[LABELS.faults];

/**
 * Returns the fault names in the label, separated by commas. In the label itself, dots or underscores separate them,
 * because a label value can't contain commas. For `none` or an empty label, returns an empty text. That switches off
 * all faults, even those that were switched on in a single lab.
 */
export function faultsOf(workshop: Workshop | undefined): string | undefined {
  return labelOf(workshop)
    ?.split(/[._]/)
    .filter((name) => name !== '' && name !== 'none')
    .join(',');
}

/** Whether the faults label changed, so that the Workshop's seats must be reconciled. */
export const areFaultsChanged = (before: KubeObject | undefined, after: KubeObject | undefined): boolean =>
  labelOf(before) !== labelOf(after);

/** Whether the object is the ConfigMap that holds the lab's faults. */
export const isFaults = ({ kind, metadata }: KubeObject): boolean =>
  kind === 'ConfigMap' && metadata.name === NAMES.faults;

function withClassFaults({ metadata, ...rest }: LabObject, faults: string): LabObject {
  const annotations = { ...metadata.annotations, [FAULTS_OF]: 'class' };
  return { ...rest, metadata: { ...metadata, annotations }, data: { faults } };
}

/**
 * Adds the class's faults to the lab's objects. When the label is removed, the operator stops applying these fields, so
 * the API server removes them.
 */
export function withFaults(workshop: Workshop | undefined, lab: readonly LabObject[]): LabObject[] {
  const faults = faultsOf(workshop);
  return lab.map((object) => (faults !== undefined && isFaults(object) ? withClassFaults(object, faults) : object));
}
