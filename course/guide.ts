// The entry point of the guide. It passes the course to the guide's server, because the server must not import the
// course (docs/adr/0021).
import { startGuide } from '../apps/guide/server/server.ts';
import { openCourse } from './engine/course.ts';

await startGuide(openCourse);
