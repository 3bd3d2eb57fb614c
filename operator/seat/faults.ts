// Faults that the instructor switches on for the whole class, with a label of the Workshop. The operator writes them
// to the ConfigMap that each lab's guide reads. Without the label, each lab switches its own faults and the operator
// writes nothing.
import { FAULTS_OF } from '../../lab/names.ts';
import { LABELS, NAMES } from '../api/types.ts';
import type { Workshop } from '../api/types.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import type { LabObject } from './types.ts';

const labelOf = (workshop: KubeObject | undefined): string | undefined => workshop?.metadata.labels?.[LABELS.faults];

/**
 * The names in the label, separated by commas. A label value can't contain commas, so it has dots or underscores
 * instead. The result is empty for `none` or an empty label: then all faults are off, whatever a lab has switched.
 */
export function faultsOf(workshop: Workshop | undefined): string | undefined {
  return labelOf(workshop)
    ?.split(/[._]/)
    .filter((name) => name !== '' && name !== 'none')
    .join(',');
}

/** Whether the label differs, so that the seats must be reconciled. */
export const areFaultsChanged = (before: KubeObject | undefined, after: KubeObject | undefined): boolean =>
  labelOf(before) !== labelOf(after);

/** Whether the object is the ConfigMap of the faults. */
export const isFaults = ({ kind, metadata }: KubeObject): boolean =>
  kind === 'ConfigMap' && metadata.name === NAMES.faults;

function withClassFaults({ metadata, ...rest }: LabObject, faults: string): LabObject {
  const annotations = { ...metadata.annotations, [FAULTS_OF]: 'class' };
  return { ...rest, metadata: { ...metadata, annotations }, data: { faults } };
}

/**
 * The lab with the class's faults. When the label is removed, the API server removes the fields that the operator no
 * longer applies.
 */
export function withFaults(workshop: Workshop | undefined, lab: readonly LabObject[]): LabObject[] {
  const faults = faultsOf(workshop);
  return lab.map((object) => (faults !== undefined && isFaults(object) ? withClassFaults(object, faults) : object));
}
