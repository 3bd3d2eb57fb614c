// GET and PUT /api/files: the learner's files, saved only on top of what the page has seen.
import { Router } from 'express';
import { fileNames } from '../../contract.ts';
import type { Files } from '../../contract.ts';
import type { FileStore } from '../learner/files.ts';
import { refuse } from './csrf.ts';

const largest = 256 * 1024;
/** All three share one ConfigMap, which Kubernetes takes up to 1 MiB of, what a step has kept included. */
const largestOfAll = 512 * 1024;

export const off = 'editing is off: the guide has no access to Kubernetes here';

export function filesApi(store: FileStore | undefined): Router {
  const router = Router();
  if (!store) {
    router.all('/', (_request, response) => refuse(response, off, 503));
    return router;
  }
  router.get('/', async (_request, response) => void response.json(await store.read()));
  router.put('/', async (request, response) => {
    const { version, files } = (request.body ?? {}) as { version?: unknown; files?: unknown };
    const trouble = troubleWith(version, files);
    if (trouble) return refuse(response, trouble, trouble.includes('kB') ? 413 : 400);
    const { version: now, restarted } = await store.write(files as Partial<Files>, { from: version as string });
    response.json({ version: now, restarted });
  });
  return router;
}

function troubleWith(version: unknown, files: unknown): string | undefined {
  if (typeof version !== 'string') return 'expected "version", as GET /api/files gave it';
  if (typeof files !== 'object' || files === null || Array.isArray(files))
    return 'expected "files", an object of texts';
  const unknown = Object.keys(files).find((name) => !(fileNames as readonly string[]).includes(name));
  if (unknown !== undefined)
    return `expected files ${fileNames.join(', ')}, found ${JSON.stringify(unknown.slice(0, 100))}`;
  return troubleWithTexts(Object.entries(files));
}

function troubleWithTexts(files: [string, unknown][]): string | undefined {
  let all = 0;
  for (const [name, text] of files) {
    if (typeof text !== 'string') return `expected ${name} to be a text, found ${typeof text}`;
    const size = Buffer.byteLength(text);
    if (size > largest) return `expected ${name} to have at most 256 kB, found ${Math.ceil(size / 1024)} kB`;
    all += size;
  }
  return all > largestOfAll
    ? `expected the files to have at most 512 kB together, found ${Math.ceil(all / 1024)} kB`
    : undefined;
}
