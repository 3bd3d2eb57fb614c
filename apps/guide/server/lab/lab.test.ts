// Tests the guide's requests to apps, the extra rounds and the faults against local servers.
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiServer, podOf } from '../../../testing/api-server.ts';
import { waitFor } from '../../../../support/waiting.ts';
import { Receiver } from '../../../testing/receiver.ts';
import { Kube } from '../kube.ts';
import { Faults } from './faults.ts';
import { Load } from './load.ts';
import { visit } from './visit.ts';

const opened: Server[] = [];
async function serve(answer: RequestListener): Promise<{ url: string; port: number }> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  opened.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port };
}

let receiver: Receiver;
let api: ApiServer;
let kube: Kube;

beforeAll(async () => {
  receiver = await Receiver.start();
  api = await ApiServer.start();
  kube = new Kube(api.config);
});
afterAll(() => {
  receiver.stop();
  api.stop();
  opened.forEach((server) => server.close().closeAllConnections());
});

test('passes the trace context to the app, and sends the root span of the trace itself', async () => {
  let headers: IncomingHttpHeaders = {};
  const { url } = await serve((request, response) => {
    headers = request.headers;
    response.end('4');
  });
  const visited = await visit({ url, path: '/rolldice?x=1', collector: receiver.url });
  expect(visited).toMatchObject({ status: 200, body: '4' });
  expect(headers.traceparent).toBe(`00-${visited.traceId}-${visited.spanId}-01`);
  const { spans } = await receiver.trace(visited.traceId);
  expect(spans).toMatchObject([
    { service: 'guide', name: 'GET /rolldice', kind: 'client', spanId: visited.spanId, orphan: false },
  ]);
});

test("reports an app that does not answer, and marks the guide's span as an error", async () => {
  const visited = await visit({ url: 'http://127.0.0.1:1', path: '/', collector: receiver.url });
  expect(visited).toMatchObject({ status: 0, body: expect.stringContaining('ECONNREFUSED') as string });
  expect((await receiver.trace(visited.traceId)).spans[0]?.status.code).toBe('error');
});

test('plays extra rounds with the usual mix of visitors until the load is set to 0', async () => {
  const rounds: IncomingHttpHeaders[] = [];
  const { url } = await serve((request, response) => {
    rounds.push(request.headers);
    response.end('{}');
  });
  const load = new Load(url);
  load.set(6_000);
  await waitFor('three rounds', () => rounds.length >= 3 || undefined);
  load.set(0);
  expect(rounds[0]).toMatchObject({ 'x-client-version': '3.2.0', 'x-browser-plugins': expect.any(String) as string });
  await new Promise((resolve) => setTimeout(resolve, 30));
  const played = rounds.length;
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(rounds.length).toBe(played);
});

describe('Faults, which switches faults in prizes', () => {
  const requests: string[] = [];
  let port: number;
  let status = 204;
  beforeAll(async () => {
    ({ port } = await serve((request, response) => {
      request.on('data', (chunk: Buffer) => requests.push(`${request.method} ${request.url} ${chunk.toString()}`));
      request.on('end', () => response.writeHead(status).end());
    }));
  });
  beforeEach(() => {
    requests.length = 0;
    status = 204;
    api.put('lab-faults', { faults: '' });
    api.pods.clear();
    api.pods.set('prizes-1', podOf('prizes', 'prizes-1'));
  });

  test('sends a new fault once to every pod of prizes, and to a pod that starts later', async () => {
    const faults = new Faults({ kube, release: 'lab', port });
    expect(await faults.set('spike', true)).toEqual(['spike']);
    await faults.look();
    expect(requests).toEqual(['PUT /fault {"names":["spike"]}']);
    api.pods.set('prizes-2', podOf('prizes', 'prizes-2'));
    await faults.look();
    expect(requests).toHaveLength(2);
    await faults.set('timeouts', true);
    expect(await faults.set('spike', false)).toEqual(['timeouts']);
    expect(requests.at(-1)).toBe('PUT /fault {"names":["timeouts"]}');
    expect(api.data('lab-faults')).toEqual({ faults: 'timeouts' });
  });

  test('applies faults that the operator wrote to the ConfigMap, and ignores unknown fault names', async () => {
    api.put('lab-faults', { faults: 'timeouts, fire' });
    const faults = new Faults({ kube, release: 'lab', port });
    await faults.look();
    expect(requests).toEqual(['PUT /fault {"names":["timeouts"]}']);
  });

  test('sends the list of faults to the pods after a restart of the guide', async () => {
    await new Faults({ kube, release: 'lab', port }).look();
    expect(requests).toEqual(['PUT /fault {"names":[]}']);
  });

  test('does not list the pods of prizes while no fault is on', async () => {
    const faults = new Faults({ kube, release: 'lab', port });
    await faults.look();
    const before = api.requests.length;
    await faults.look();
    expect(api.requests.slice(before)).toEqual(['GET /api/v1/namespaces/ns/configmaps/lab-faults']);
  });

  test('sends each fault change at once, even after a watch ends, and requests nothing between changes', async () => {
    const faults = new Faults({ kube, release: 'lab', port, every: 50 });
    const stop = faults.watch();
    await waitFor('the first read', () => requests.length > 0 || undefined);
    const before = api.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(api.requests.slice(before)).toEqual([]);
    api.put('lab-faults', { faults: 'spike' });
    await waitFor('the change', () => requests.at(-1)?.includes('spike') || undefined);
    api.put('lab-faults', { faults: '' });
    await waitFor('the next', () => requests.at(-1)?.includes('[]') || undefined);
    api.endWatches();
    await waitFor(
      'another watch',
      () => api.requests.filter((request) => request.endsWith('/configmaps')).length === 2 || undefined,
    );
    api.put('lab-faults', { faults: 'timeouts' });
    await waitFor('the change after that', () => requests.at(-1)?.includes('timeouts') || undefined);
    stop();
  });

  test('polls the ConfigMap of faults if the guide is not allowed to watch it', async () => {
    api.forbidden = ['GET /api/v1/namespaces/ns/configmaps?'];
    const stop = new Faults({ kube, release: 'lab', port, every: 50 }).watch();
    await waitFor('the first read', () => requests.length > 0 || undefined);
    api.put('lab-faults', { faults: 'spike' });
    await waitFor('the change', () => requests.at(-1)?.includes('spike') || undefined);
    expect(api.requests.filter((request) => request.endsWith('/configmaps/lab-faults')).length).toBeGreaterThan(2);
    stop();
    api.forbidden = [];
  });

  test('sends the list of faults again to a pod that refused it, and reports the error once', async () => {
    const errors: string[] = [];
    status = 500;
    const faults = new Faults({ kube, release: 'lab', port, onTrouble: (trouble) => errors.push(trouble) });
    // The watch of an earlier test may still send its last request, so only the growth of this number counts.
    const sent = (): number => requests.filter((request) => request === 'PUT /fault {"names":[]}').length;
    await faults.look();
    const once = sent();
    await faults.look();
    expect(sent()).toBeGreaterThan(once);
    expect(errors).toEqual(['expected pod prizes-1 to answer the request {"names":[]} with 2xx, found 500']);
  });
});
