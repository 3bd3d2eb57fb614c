import { join } from 'node:path';
import { COURSE_STEPS } from '../lab/course-steps.ts';
import { stepIdsIn } from './engine/step-folders.ts';

test('lists the steps of the course for the programs below it', () => {
  expect(COURSE_STEPS).toEqual(stepIdsIn(join(import.meta.dirname, 'steps')));
});
