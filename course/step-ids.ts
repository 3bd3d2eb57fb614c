// The ids of the course's steps, for programs that only need to know which steps there are.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { stepIdsIn } from './engine/step-folders.ts';

/** The folders that may hold the steps: next to the built program, or next to this file. */
const FOLDERS = ['course', 'steps'].map((folder) => join(import.meta.dirname, folder));

/** Returns the ids of the course's steps, in the order of the course. */
export const courseStepIds = (): readonly string[] => stepIdsIn(FOLDERS.find((folder) => existsSync(folder)) ?? '.');
