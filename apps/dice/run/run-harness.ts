// Starts the real dice with Runs set up, and plays the guide's side.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RUN } from '../../../lab/names.ts';
import { hashesOf, signRunToken } from '../../../lab/run-token.ts';
import type { RunTexts } from '../../../lab/run-token.ts';
import { waitFor } from '../../../support/waiting.ts';
import { App, buildOutside } from '../../testing/apps.ts';
import { Receiver } from '../../testing/receiver.ts';
import { settings } from '../../testing/settings.ts';
import type { RunStatus } from './handover.ts';

const { dist, remove } = await buildOutside();
export const { publicKey, privateKey } = generateKeyPairSync('ed25519');
export const receiver = await Receiver.start();
let n = Date.now();

/** The number of the last Run. */
export const lastRun = (): number => n;

/** A server that answers with a text, and with what code adds to it. */
export const serving = (text: string, more = '', listen = 'app.listen(process.env.PORT ?? 8080);'): string => `
import express from 'express';
import type { Request, Response } from 'express';
export const app = express();
app.get('/', (request: Request, response: Response) => void response.send('${text}'));
app.get('/env', (request: Request, response: Response) => void response.send(process.env));
app.get('/slow', (request: Request, response: Response) => void setTimeout(() => response.send('${text}'), 400));
${more}
${listen}
`;

export interface Dice {
  readonly app: App;
  readonly folders: Record<'mounted' | 'dir' | 'tmp', string>;
  readonly env: Record<string, string | undefined>;
}

export function foldersOf(files: RunTexts, token?: string): Dice['folders'] {
  const root = join(dist, 'dice', randomUUID().slice(0, 8));
  const folders = { mounted: join(root, 'mounted'), dir: join(root, 'dir'), tmp: join(root, 'tmp') };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  writeFileSync(join(root, 'run.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
  mount(folders, files, token);
  return folders;
}

/** Changes the ConfigMap's volume, as the kubelet does after a while. */
export function mount({ mounted }: Dice['folders'], files: RunTexts, token?: string): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(mounted, name), text);
  if (token !== undefined) writeFileSync(join(mounted, RUN.record), token);
}

/** Starts dice, as the container does. A second start with the same folders is a restart of the container. */
export async function startIn(folders: Dice['folders'], more: Record<string, string> = {}): Promise<Dice> {
  const env = {
    ...settings('manual', receiver),
    LEARNER_SETTINGS: join(folders.mounted, 'settings.env'),
    RUN_MOUNTED: folders.mounted,
    RUN_DIR: folders.dir,
    RUN_TMP: folders.tmp,
    RUN_KEY_FILE: join(folders.dir, '..', 'run.pem'),
    ...more,
  };
  const app = await (await App.start(dist, 'dice', env, [join(folders.mounted, 'app.ts')])).ready();
  return { app, folders, env };
}

export const textsOf = (code: string, env = ''): RunTexts => ({ 'app.ts': code, 'settings.env': env });
export const start = (code: string): Promise<Dice> => startIn(foldersOf(textsOf(code)));
export const get = async ({ app }: Dice, path = '/'): Promise<string> => (await fetch(app.url + path)).text();

export const tokenFor = (texts: RunTexts, claims: { n?: number; at?: number } = {}, key = privateKey): string =>
  signRunToken({ n: (n += 1), at: Date.now(), files: hashesOf(texts), ...claims }, key);

export const put = ({ app }: Dice, token: string, texts: object | string): Promise<Response> =>
  fetch(app.health + RUN.path, {
    method: 'PUT',
    headers: { [RUN.header]: token },
    body: typeof texts === 'string' ? texts : JSON.stringify(texts),
  });

export const statusOf = async ({ app }: Dice): Promise<RunStatus | undefined> =>
  fetch(app.health + RUN.path).then(
    (response) => response.json() as Promise<RunStatus>,
    () => undefined,
  );

/** Runs code as the guide does, and waits until it serves or has failed. */
export async function run(dice: Dice, texts: RunTexts): Promise<RunStatus> {
  const token = tokenFor(texts);
  const number = n;
  expect((await put(dice, token, texts)).status).toBe(202);
  return waitFor('the end of a Run', async () => {
    const status = await statusOf(dice);
    return status?.failed?.n === number || (status?.n === number && status.isServing) ? status : undefined;
  });
}

const started: Dice[] = [];

/** Remembers a dice, which `stopAll` stops. */
export const tracked = (dice: Dice): Dice => {
  started.push(dice);
  return dice;
};

export async function stopAll(): Promise<void> {
  await Promise.all(started.filter(({ app }) => app.exitCode === undefined).map(({ app }) => app.stop()));
  receiver.stop();
  remove();
}
