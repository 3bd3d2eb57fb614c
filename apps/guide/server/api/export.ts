// The route /api/export, which sends the learner's work as a zip archive.
import type { RequestHandler } from 'express';
import type { CourseService } from '../course-service.ts';
import { exportWork } from '../export.ts';
import type { Environment } from '../lab/environment.ts';
import { suppressTracing } from '../suppress-tracing.ts';
import { refuse } from './errors.ts';
import { editingDisabled } from './files.ts';

export function exportApi(course: CourseService, { files, lab: { jaeger } }: Environment): RequestHandler {
  return async (_request, response) => {
    if (!files) return refuse(response, editingDisabled, 503);
    const read = async () => (await files.read()).files;
    const archive = await suppressTracing(() => exportWork({ course, files: read, jaeger }));
    response.attachment('intro-otel.zip').send(Buffer.from(archive));
  };
}
