// The lab of a seat. It is rendered once for all seats with the same values, then placed into each namespace.
import { completeValues, labTemplate } from '../../cdk8s/render.ts';
import type { SomeValues } from '../../cdk8s/render.ts';
import type { LabValues } from '../../cdk8s/values.ts';
import { TerminalError } from '../engine/reconciler.ts';
import { requirementsOf } from './resource-requirements.ts';
import type { SeatRequirements } from './resource-requirements.ts';
import type { LabObject } from './types.ts';

export interface Lab {
  readonly values: LabValues;
  readonly requirements: SeatRequirements;
  /** The objects in that namespace. Never mutate one: namespaces share parts of them. */
  objects(namespace: string): readonly LabObject[];
}

/** Renders values, like `labTemplate` in cdk8s/render.ts. */
export type LabTemplate = (values?: SomeValues) => (namespace: string) => readonly LabObject[];

/** How many labs the cache holds. More different labs at a time are rare. */
const CACHE_SIZE = 16;

function render(template: LabTemplate, values: SomeValues | undefined): Lab {
  const objects = template(values);
  return { values: completeValues(values), requirements: requirementsOf(objects('any')), objects };
}

/**
 * Renders labs and caches them by their values.
 * @returns a function that throws a TerminalError if the values can't be rendered. Only other values help then.
 */
export function labCache(template: LabTemplate = labTemplate): (values?: SomeValues) => Lab {
  const labs = new Map<string, Lab>();
  return (values) => {
    const key = JSON.stringify(values ?? {});
    try {
      const lab = labs.get(key) ?? render(template, values);
      // The map keeps the order of use: the first entry is the oldest.
      labs.delete(key);
      labs.set(key, lab);
      for (const oldest of [...labs.keys()].slice(0, -CACHE_SIZE)) labs.delete(oldest);
      return lab;
    } catch (error) {
      throw new TerminalError(
        `The lab can't be rendered: ${(error as Error).message} Change the Workshop's spec.lab.`,
        { cause: error },
      );
    }
  };
}

/** The lab for these values. One cache serves the whole process. */
export const labOf = labCache();

/** What a seat with these values requires from the nodes. @throws TerminalError if they can't be rendered */
export const seatRequirements = (values?: SomeValues): SeatRequirements => labOf(values).requirements;
