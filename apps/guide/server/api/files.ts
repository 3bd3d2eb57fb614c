// The route /api/files: GET reads the learner's files. PUT saves them if they have not changed since the caller read
// them.
import { Router } from 'express';
import { fileNames } from '../../contract.ts';
import type { Component, Files } from '../../contract.ts';
import type { Lab } from '../lab/environment.ts';
import type { FileStore } from '../learner/files.ts';
import { refuse } from './errors.ts';

const maxFileBytes = 256 * 1024;
/**
 * Highest size in bytes of the learner's three files together. The files and the copies of replaced files share one
 * ConfigMap, which Kubernetes limits to 1 MiB.
 */
const maxTotalBytes = 512 * 1024;

export const editingDisabled = 'editing is off, because the guide has no access to Kubernetes here';

/** @param outdated returns why a component does not run the learner's files as they are now */
export function filesApi(store: FileStore | undefined, outdated?: Lab['outdated']): Router {
  const router = Router();
  if (!store) {
    router.all(['/', '/kept'], (_request, response) => refuse(response, editingDisabled, 503));
    return router;
  }
  router.get('/', async (_request, response) => void response.json(await store.read()));
  router.get('/kept', async (_request, response) => void response.json({ kept: await store.kept() }));
  router.put('/', async (request, response) => {
    const { version, files } = (request.body ?? {}) as { version?: unknown; files?: unknown };
    const problem = problemWith(version, files);
    if (problem) return refuse(response, problem, problem.includes('kB') ? 413 : 400);
    const { version: now, restarted } = await store.write(files as Partial<Files>, { from: version as string });
    response.json({
      version: now,
      restarted: restarted.length > 0 ? restarted : await restartOutdated(store, outdated),
    });
  });
  return router;
}

const components: readonly Component[] = ['dice', 'collector'];

/** Restarts the components that run older files and that nobody else restarts. @returns their names */
async function restartOutdated(store: FileStore, outdated: Lab['outdated']): Promise<Component[]> {
  const ask = async (component: Component) => outdated?.(component).catch(() => undefined);
  const found = await Promise.all(components.map(ask));
  const older = components.filter((_component, index) => found[index]?.todo !== undefined);
  await Promise.all(older.map((component) => store.restart(component)));
  return older;
}

function problemWith(version: unknown, files: unknown): string | undefined {
  if (typeof version !== 'string') return 'expected "version" from GET /api/files';
  if (typeof files !== 'object' || files === null || Array.isArray(files))
    return 'expected "files", an object of texts';
  const unknown = Object.keys(files).find((name) => !(fileNames as readonly string[]).includes(name));
  if (unknown !== undefined)
    return `expected files ${fileNames.join(', ')}, found ${JSON.stringify(unknown.slice(0, 100))}`;
  return problemWithTexts(Object.entries(files));
}

function problemWithTexts(files: [string, unknown][]): string | undefined {
  let all = 0;
  for (const [name, text] of files) {
    if (typeof text !== 'string') return `expected ${name} to be a text, found ${typeof text}`;
    const size = Buffer.byteLength(text);
    if (size > maxFileBytes) return `expected ${name} to have at most 256 kB, found ${Math.ceil(size / 1024)} kB`;
    all += size;
  }
  return all > maxTotalBytes
    ? `expected the files to have at most 512 kB together, found ${Math.ceil(all / 1024)} kB`
    : undefined;
}
