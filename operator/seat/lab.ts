// The lab of a seat: rendered once for all seats with the same values, put into each one's namespace, and how much it needs there.
import { completeValues, labTemplate } from '../../cdk8s/render.ts';
import type { SomeValues } from '../../cdk8s/render.ts';
import type { LabValues } from '../../cdk8s/values.ts';
import { TerminalError } from '../engine/reconciler.ts';
import { needOf } from './resource-requirements.ts';
import type { SeatNeed } from './resource-requirements.ts';
import type { LabObject } from './types.ts';

export interface Lab {
  readonly values: LabValues;
  readonly need: SeatNeed;
  /** Never mutate one: they share what is not about the namespace. */
  objects(namespace: string): readonly LabObject[];
}

/** As `labTemplate` in cdk8s/render.ts. */
export type LabTemplate = (values?: SomeValues) => (namespace: string) => readonly LabObject[];

/** Workshops with as many different labs at a time are rare; another one renders once more. */
const KEPT = 16;

function render(template: LabTemplate, values: SomeValues | undefined): Lab {
  const objects = template(values);
  return { values: completeValues(values), need: needOf(objects('any')), objects };
}

/**
 * Labs by their values, each rendered once as long as it is in use.
 * @returns a function that throws a TerminalError for values that can't be rendered: only other values mend that
 */
export function labCache(template: LabTemplate = labTemplate): (values?: SomeValues) => Lab {
  const labs = new Map<string, Lab>();
  return (values) => {
    const key = JSON.stringify(values ?? {});
    try {
      const lab = labs.get(key) ?? render(template, values);
      // The one last used is the last in the map, and the first is dropped.
      labs.delete(key);
      labs.set(key, lab);
      for (const oldest of [...labs.keys()].slice(0, -KEPT)) labs.delete(oldest);
      return lab;
    } catch (error) {
      throw new TerminalError(
        `The lab can't be rendered: ${(error as Error).message} Change the Workshop's spec.lab.`,
        { cause: error },
      );
    }
  };
}

/** The lab for these values, for all that are in the same process. */
export const labOf = labCache();

/** What a seat with these values needs of the nodes. @throws TerminalError as labCache says */
export const seatNeed = (values?: SomeValues): SeatNeed => labOf(values).need;
