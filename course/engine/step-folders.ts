// The folders of the course's steps. A step is a folder `NN-slug`, and the list of folders is the list of steps.
import { readdirSync } from 'node:fs';

/** Ids of the steps in a folder, in the order of the course. */
export const stepIdsIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /^\d\d-/.test(name))
    .sort();
