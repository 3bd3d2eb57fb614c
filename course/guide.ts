// The guide's entry point. It hands the course to the guide's server, which does not know it (docs/adr/0021).
import { startGuide } from '../apps/guide/server/server.ts';
import { openCourse } from './engine/course.ts';

await startGuide(openCourse);
