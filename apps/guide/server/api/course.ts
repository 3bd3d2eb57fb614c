// The route /api/course: lists the steps, starts, checks, skips or resets a step, and gives help.
import { Router } from 'express';
import type { Request, RequestHandler, Response } from 'express';
import type { CourseService } from '../course-service.ts';
import { refuse } from './errors.ts';

type ById = Request<{ id: string }>;

/** @param onReset is called when the learner resets the whole course */
export function courseApi(course: CourseService, onReset: () => Promise<void>): Router {
  const router = Router();
  router.get('/', async (_request, response) => void response.json(await course.overview()));
  router.post('/reset', async (_request, response) => {
    await onReset();
    response.json(await course.resetAll());
  });
  router.use('/:id', knownStep(course));
  router.get('/:id', async (request: ById, response) => void response.json(await course.step(request.params.id)));
  router.post('/:id/hints', async (request: ById, response) => sawHints(course, request, response));
  router.post(
    '/:id/solution',
    async (request: ById, response) => void response.json(await course.solution(request.params.id)),
  );
  router.post(
    '/:id/start',
    async (request: ById, response) => void response.json(await course.start(request.params.id)),
  );
  router.post(
    '/:id/reset',
    async (request: ById, response) => void response.json(await course.reset(request.params.id)),
  );
  router.post('/:id/skip', async (request: ById, response) => void response.json(await course.skip(request.params.id)));
  router.post('/:id/check', async (request: ById, response) => check(course, request, response));
  return router;
}

function knownStep(course: CourseService): RequestHandler {
  return (request, response, next) => {
    const { id = '' } = request.params;
    if (!course.has(String(id)))
      return refuse(
        response,
        `expected the id of a step, found ${JSON.stringify(String(id).slice(0, 100))}. GET /api/course lists them.`,
        404,
      );
    next();
  };
}

async function sawHints(course: CourseService, request: ById, response: Response): Promise<void> {
  const { seen } = (request.body ?? {}) as { seen?: unknown };
  if (typeof seen !== 'number' || !Number.isInteger(seen) || seen < 1)
    return refuse(response, 'expected "seen", the number of hints that were shown');
  await course.sawHints(request.params.id, seen);
  response.json({});
}

async function check(course: CourseService, request: ById, response: Response): Promise<void> {
  const { answers = {}, version = '' } = (request.body ?? {}) as { answers?: unknown; version?: unknown };
  if (!areAnswers(answers))
    return refuse(response, 'expected "answers", an object of at most 20 texts of at most 1000 characters');
  if (typeof version !== 'string' || version.length > 100)
    return refuse(response, 'expected "version", the version of the files, a text of at most 100 characters');
  response.json(await course.check(request.params.id, answers, version));
}

/** Whether a text of each question is what a page may send. */
export function areAnswers(answers: unknown): answers is Record<string, string> {
  if (typeof answers !== 'object' || answers === null || Array.isArray(answers)) return false;
  const texts = Object.values(answers);
  return texts.length <= 20 && texts.every((text) => typeof text === 'string' && text.length <= 1000);
}
