// Finds the folders of the course's steps. Each folder with a name like `NN-slug` is a step of the course.
import { readdirSync } from 'node:fs';

/** Returns the ids of the steps in `folder`, in the order of the course. */
export const stepIdsIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /^\d\d-/.test(name))
    .sort();
