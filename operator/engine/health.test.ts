import { startHealthServer } from './health.ts';
import type { HealthOptions, HealthServer } from './health.ts';

let server: HealthServer | undefined;
afterEach(() => server?.close());

async function get(
  path: string,
  options: Partial<HealthOptions> = {},
): Promise<{ status: number; type: string | null; text: string }> {
  const metrics = { contentType: 'text/plain; version=0.0.4', text: () => Promise.resolve('up 1\n') };
  server = await startHealthServer({ port: 0, host: '127.0.0.1', ready: {}, metrics, ...options });
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

test('answers /healthz with 200 even if a readiness check fails', async () => {
  expect(await get('/healthz', { ready: { cache: () => 'empty' } })).toMatchObject({ status: 200, text: 'ok\n' });
});

test('answers /readyz with 200 if every check passes', async () => {
  expect(await get('/readyz?verbose', { ready: { cache: () => undefined } })).toMatchObject({
    status: 200,
    text: '[+]cache ok\nready\n',
  });
});

test('answers /readyz with 503, the failed check and the reason', async () => {
  const ready = { cache: () => 'expected an event within 60 s, found none for 90 s', api: () => undefined };
  const { status, text } = await get('/readyz', { ready });
  expect(status).toBe(503);
  expect(text).toBe('[-]cache failed: expected an event within 60 s, found none for 90 s\n[+]api ok\nnot ready\n');
});

test('treats a readiness check that throws as failed', async () => {
  const { status, text } = await get('/readyz', {
    ready: {
      cache: () => {
        throw new Error('no cache');
      },
    },
  });
  expect({ status, text }).toEqual({ status: 503, text: '[-]cache failed: no cache\nnot ready\n' });
});

test('answers /metrics with the text of the metrics, unchanged', async () => {
  expect(await get('/metrics')).toEqual({ status: 200, type: 'text/plain; version=0.0.4', text: 'up 1\n' });
});

test('answers /metrics with 500 if collecting the metrics fails', async () => {
  const metrics = { contentType: 'text/plain', text: () => Promise.reject(new Error('no metrics')) };
  expect(await get('/metrics', { metrics })).toMatchObject({ status: 500, text: 'no metrics\n' });
});

test('answers any other path with 404 and the list of valid paths', async () => {
  expect(await get('/')).toMatchObject({ status: 404, text: 'Expected /healthz, /readyz or /metrics.\n' });
});

test('fails to start the health server if the port is in use', async () => {
  await get('/healthz');
  const metrics = { contentType: '', text: () => Promise.resolve('') };
  await expect(startHealthServer({ port: server?.port ?? 0, host: '127.0.0.1', ready: {}, metrics })).rejects.toThrow(
    'EADDRINUSE',
  );
});
