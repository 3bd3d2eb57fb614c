// Faults that the instructor switches on for the whole class, with the faults label on the Workshop. The operator
// writes these faults to a ConfigMap, which each lab's guide reads. If the Workshop has no faults label, the operator
// writes no faults, and people switch faults in each lab separately.
import { parseFaultsLabel } from '../../lab/faults.ts';
import { FAULTS_OF } from '../../lab/names.ts';
import { LABELS, NAMES } from '../api/types.ts';
import type { Workshop } from '../api/types.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import type { LabObject } from './types.ts';

const labelOf = (workshop: KubeObject | undefined): string | undefined => workshop?.metadata.labels?.[LABELS.faults];

/**
 * Returns the fault names from the Workshop's label, separated by commas. Ignores words that name no fault.
 * Returns an empty text for an empty label or `none`. An empty text switches off all faults, even faults that a single
 * lab has switched on. Returns undefined for a label with only unknown words, which has no effect.
 */
export function faultsOf(workshop: Workshop | undefined): string | undefined {
  const label = labelOf(workshop);
  if (label === undefined) return undefined;
  const { names, unknown } = parseFaultsLabel(label);
  return names.length === 0 && unknown.length > 0 ? undefined : names.join(',');
}

/** Whether the Workshop's faults label changed, so that the Workshop's seats must be reconciled. */
export const areFaultsChanged = (before: KubeObject | undefined, after: KubeObject | undefined): boolean =>
  labelOf(before) !== labelOf(after);

/** Whether the object is the ConfigMap that holds the faults of a lab. */
export const isFaults = ({ kind, metadata }: KubeObject): boolean =>
  kind === 'ConfigMap' && metadata.name === NAMES.faults;

function withClassFaults({ metadata, ...rest }: LabObject, faults: string): LabObject {
  const annotations = { ...metadata.annotations, [FAULTS_OF]: 'class' };
  return { ...rest, metadata: { ...metadata, annotations }, data: { faults } };
}

/**
 * Adds the faults in the Workshop's faults label to the lab's objects. If the Workshop has no faults label, the
 * operator does not apply the fields with the faults. If it applied them earlier, the API server then removes them.
 */
export function withFaults(workshop: Workshop | undefined, lab: readonly LabObject[]): LabObject[] {
  const faults = faultsOf(workshop);
  return lab.map((object) => (faults !== undefined && isFaults(object) ? withClassFaults(object, faults) : object));
}
