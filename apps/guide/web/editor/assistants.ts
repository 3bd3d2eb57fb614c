// The assistants of the learner's files. Each is loaded when its file is first opened, after the page has been painted.
import type { FileName } from '../../contract.ts';
import type { Assistant } from './assistant.ts';
import type { FindAssistant } from './assist.ts';
import { loadSchema } from './collector/load-schema.ts';
import { LanguageClient } from './language/client.ts';

/** Name of the worker's file, with a hash of its content. The build defines it. */
declare const LANGUAGE_WORKER: string;

async function startLanguage(): Promise<Assistant> {
  await idle();
  return new LanguageClient(new Worker(`assets/${LANGUAGE_WORKER}`, { type: 'module' }));
}

/** Waits until the page has nothing else to do. Safari has no such call. */
const idle = (): Promise<unknown> =>
  new Promise((resolve) =>
    'requestIdleCallback' in globalThis ? requestIdleCallback(resolve, { timeout: 2000 }) : setTimeout(resolve, 500),
  );

async function startCollector(): Promise<Assistant> {
  const [{ collectorAssistant }, schema] = await Promise.all([import('./collector/collector.ts'), loadSchema()]);
  return collectorAssistant(schema);
}

const start: Record<FileName, () => Promise<Assistant | undefined>> = {
  'app.ts': startLanguage,
  'settings.env': async () => (await import('./settings/settings.ts')).settingsAssistant,
  'collector.yaml': startCollector,
};

const started = new Map<FileName, Promise<Assistant | undefined>>();

/** Returns how to find the assistant of a file. Without one, the editor is a plain CodeMirror. */
export const assistantOf =
  (name: FileName): FindAssistant =>
  () => {
    const known = started.get(name) ?? start[name]().catch(() => undefined);
    started.set(name, known);
    return known;
  };
