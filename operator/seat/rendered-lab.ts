// Renders the lab of a seat. Seats with the same Helm values share one rendered lab, whose objects are then copied into
// each namespace.
import { json, sha256 } from '../../cdk8s/canonical-json.ts';
import { completeValues, labTemplate } from '../../cdk8s/render.ts';
import type { SomeValues } from '../../cdk8s/render.ts';
import type { LabValues } from '../../cdk8s/values.ts';
import { TerminalError } from '../engine/reconciler.ts';
import { requirementsOf, terminalRequirements } from './resource-requirements.ts';
import type { SeatRequirements } from './resource-requirements.ts';
import type { LabObject } from './types.ts';

export interface Lab {
  readonly values: LabValues;
  readonly requirements: SeatRequirements;
  /** Hash of the objects. It differs if another release of the operator renders other objects from the same values. */
  readonly hash: string;
  /**
   * Returns a lab's objects for a namespace. Callers must not change these objects, because several namespaces share
   * parts of them.
   */
  objects(namespace: string): readonly LabObject[];
}

/** A function that renders Helm values to a lab, such as `labTemplate` in cdk8s/render.ts. */
export type LabTemplate = (values?: SomeValues) => (namespace: string) => readonly LabObject[];

/** Maximum number of rendered labs in the cache. The Seats of a cluster seldom need more different labs at a time. */
const CACHE_SIZE = 16;

function render(template: LabTemplate, values: SomeValues | undefined): Lab {
  const objects = template(values);
  const any = objects('any');
  const hash = sha256(json(any)).slice(0, 12);
  const complete = completeValues(values);
  return { values: complete, requirements: requirementsOf(any, terminalRequirements(complete)), hash, objects };
}

/**
 * Creates a function that renders labs and caches each lab by its values.
 * @returns a function that throws a TerminalError if the values can't be rendered, because a retry would not help
 */
export function labCache(template: LabTemplate = labTemplate): (values?: SomeValues) => Lab {
  const labs = new Map<string, Lab>();
  return (values) => {
    const key = JSON.stringify(values ?? {});
    try {
      const lab = labs.get(key) ?? render(template, values);
      // A Map keeps its insertion order, and each use inserts the entry again. So the first entry is the least recently
      // used.
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

/** Returns the lab for these Helm values, from a cache for the whole process. */
export const labOf = labCache();
