// The guide's entry point: the front door, with the course in it.
import { startGuide } from '../apps/guide/server/server.ts';
import { openCourse } from './engine/course.ts';

await startGuide(openCourse);
