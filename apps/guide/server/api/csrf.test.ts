// Sends changes to the guide's own middleware as a proxy in front of it would: with headers that a browser sends, and
// with those that the proxy has replaced.
import { request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { allowedHostsOnly, namesIn } from '../allowed-hosts.ts';
import { sameOriginOnly } from './csrf.ts';

type Headers = Record<string, string>;

const change: Headers = { 'x-intro-otel': '1', 'content-type': 'application/json' };

/** Sends one change to a guide with these ALLOWED_HOSTS, and returns the status and the text of the answer. */
async function statusOf(allowedHosts: string, headers: Headers, path = '/api/files'): Promise<[number, string]> {
  const allowed = namesIn(allowedHosts);
  const app = express().use(allowedHostsOnly(allowed), sameOriginOnly(allowed), (_request, response) => {
    response.send('changed');
  });
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    return await answerOf((server.address() as AddressInfo).port, headers, path);
  } finally {
    server.close();
  }
}

const answerOf = (port: number, headers: Headers, path: string): Promise<[number, string]> =>
  new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, method: 'PUT', headers: { ...change, ...headers }, agent: false };
    const request = send(options, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve([response.statusCode ?? 0, text]));
    });
    request.on('error', reject).end('{}');
  });

test.each<[string, string, Headers]>([
  ['keeps the Host header', 'lab.example.com', { host: 'lab.example.com' }],
  ['adds the default port', 'lab.example.com', { host: 'lab.example.com:443' }],
  ['sends the name of the Service as the host', 'lab.example.com', { host: 'lab-guide.ns.svc:8080' }],
  ['sends its own address as the host', 'lab.example.com', { host: '10.0.0.7:8080' }],
  ['adds the default port to a name below an allowed domain', '.example.com', { host: 'lab.example.com:443' }],
  ['reports the host', '.example.com', { host: 'lab-guide', 'x-forwarded-host': 'lab.example.com' }],
  ['is the second proxy', '.example.com', { host: 'lab-guide', 'x-forwarded-host': 'lab.example.com:443, front' }],
])('accepts a change of the page behind a proxy that %s', async (_title, allowedHosts, headers) => {
  const origin = 'https://lab.example.com';
  expect(await statusOf(allowedHosts, { origin, ...headers })).toEqual([200, 'changed']);
});

test('accepts a change of the page below a path of the proxy, which the proxy removes or keeps', async () => {
  const headers = { origin: 'https://example.com', host: 'lab-guide:8080', 'x-forwarded-prefix': '/labs/ada' };
  for (const path of ['/api/files', '/labs/ada/api/files'])
    expect(await statusOf('example.com', headers, path)).toEqual([200, 'changed']);
});

test.each<[string, string, Headers]>([
  ['of a site that ALLOWED_HOSTS does not name', 'lab.example.com', { origin: 'https://evil.example' }],
  ['of another name below an allowed domain', '.example.com', { origin: 'https://bob.example.com' }],
  ['of any site if ALLOWED_HOSTS is *', '*', { origin: 'https://evil.example' }],
  ['of a sandboxed page', '*', { origin: 'null' }],
  ['with another port than the host', '', { origin: 'http://127.0.0.1:8081', host: '127.0.0.1:8080' }],
  [
    'with a reported host that is not allowed',
    'lab.example.com',
    { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' },
  ],
])('refuses a change %s, and says what to set', async (_title, allowedHosts, headers) => {
  const [status, text] = await statusOf(allowedHosts, { host: 'lab-guide:8080', ...headers });
  expect([status, text]).toEqual([403, expect.stringContaining('guide.env.ALLOWED_HOSTS')]);
});
