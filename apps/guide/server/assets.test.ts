import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import express from 'express';
import { compressedOnly } from './assets.ts';
import { assetHeaders } from './sandbox.ts';

const folder = mkdtempSync(join(tmpdir(), 'assets-'));
const worker = 'language-worker-ABCD2345.js';
writeFileSync(join(folder, `${worker}.gz`), gzipSync('postMessage(1)'));
writeFileSync(join(folder, 'guide.js'), 'start()');

const app = express().use(
  '/assets',
  compressedOnly,
  express.static(folder, { maxAge: '5m', setHeaders: (response, path) => void response.set(assetHeaders(path)) }),
);
const server = createServer(app).listen(0, '127.0.0.1');
await once(server, 'listening');
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

async function fetched(name: string, accepts: string): Promise<IncomingMessage> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/assets/${name}`;
  const [response] = (await once(get(url, { headers: { 'accept-encoding': accepts } }), 'response')) as [
    IncomingMessage,
  ];
  return response;
}

test('sends the worker compressed, as a script that never changes, with a policy of its own', async () => {
  const response = await fetched(`${worker}?x`, 'gzip, deflate');
  const bytes = Buffer.concat((await response.toArray()) as Buffer[]);
  expect(gunzipSync(bytes).toString()).toBe('postMessage(1)');
  expect(response.headers).toMatchObject({
    'content-encoding': 'gzip',
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
    'content-security-policy': expect.stringContaining("default-src 'none'; script-src 'self'") as string,
    'x-content-type-options': 'nosniff',
  });
});

test('answers 406 to a client that takes no gzip, and 404 for a worker of another release', async () => {
  expect((await fetched(worker, 'identity')).statusCode).toBe(406);
  const other = await fetched('language-worker-AAAAAAAA.js', 'gzip');
  expect([other.statusCode, other.headers['content-encoding']]).toEqual([404, undefined]);
  other.resume();
});

test('sends every other file as it is, for five minutes', async () => {
  const response = await fetched('guide.js', 'gzip');
  expect([response.headers['content-encoding'], response.headers['cache-control']]).toEqual([
    undefined,
    'public, max-age=300',
  ]);
  expect(await text(response)).toBe('start()');
});
