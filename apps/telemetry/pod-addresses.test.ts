// Tests with real sockets. Linux serves all of 127.0.0.0/8, so addresses from there take the place of a pod's.
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../testing/apps.ts';
import { listenOnPodAddresses, podAddresses } from './pod-addresses.ts';

const [FIRST, SECOND, NOT_OURS] = ['127.0.0.2', '127.0.0.3', '127.0.0.4'] as const;
const OURS = [FIRST, SECOND, '127.0.0.1'];
/** All other addresses of this machine, as URLs spell them, IPv6 and link-local included where it has them. */
const MACHINE = Object.entries(networkInterfaces())
  .flatMap(([name, addresses = []]) => addresses.map((one) => ({ name, ...one })))
  .filter(({ address }) => address !== '127.0.0.1')
  .map(({ name, address, scopeid = 0 }) => (scopeid === 0 ? address : `${address}%${name}`));

const { listen, close } = Object.getOwnPropertyDescriptors(Server.prototype);
const servers: Server[] = [];

const use = <T extends Server>(server: T): T => {
  servers.push(server);
  return server;
};
const aServer = (): Server => use(createServer((socket) => socket.on('error', () => undefined).end('here')));

const reaches = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

/** Returns which of the addresses accept connections at the port. */
async function open(port: number, addresses: readonly string[] = [...OURS, NOT_OURS]): Promise<string[]> {
  const answers = await Promise.all(addresses.map((host) => reaches(host, port)));
  return addresses.filter((_, index) => answers[index]);
}

/** Waits until the server listens on all its addresses. The last one opens a moment after `listening`. */
async function listening(server: Server): Promise<number> {
  await once(server, 'listening');
  await delay(20);
  return (server.address() as AddressInfo).port;
}

const restore = (): object => Object.defineProperties(Server.prototype, { listen, close });

beforeEach(() => listenOnPodAddresses([FIRST, SECOND]));
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  restore();
});

test.each<[string, (server: Server, port: number) => Server]>([
  ['listen(port)', (server, port) => server.listen(port)],
  ["listen('port')", (server, port) => server.listen(String(port))],
  ['listen(port, callback)', (server, port) => server.listen(port, () => undefined)],
  ['listen(port, backlog)', (server, port) => server.listen(port, 100)],
  ['listen(port, undefined, callback)', (server, port) => server.listen(port, undefined, () => undefined)],
  ["listen(port, '0.0.0.0')", (server, port) => server.listen(port, '0.0.0.0')],
  ["listen(port, '::')", (server, port) => server.listen(port, '::')],
  ["listen(port, '0')", (server, port) => server.listen(port, '0')],
  ["listen(port, '0:0:0:0:0:0:0:0', backlog)", (server, port) => server.listen(port, '0:0:0:0:0:0:0:0', 100)],
  ['listen({port})', (server, port) => server.listen({ port })],
  ["listen({port, host: '::ffff:0.0.0.0'})", (server, port) => server.listen({ port, host: '::ffff:0.0.0.0' })],
  ["listen({port, host: ''}, callback)", (server, port) => server.listen({ port, host: '' }, () => undefined)],
])("makes %s listen on loopback and on the pod's addresses only", async (_, start) => {
  const port = await freePort();
  const server = start(aServer(), port);
  expect(await listening(server)).toBe(port);
  expect(server.address()).toMatchObject({ address: FIRST });
  expect(await open(port)).toEqual(OURS);
});

test.each<[string, (server: Server) => Server]>([
  ['listen()', (server) => server.listen()],
  ['listen(0)', (server) => server.listen(0)],
  ['listen(callback)', (server) => server.listen(() => undefined)],
])('gives all addresses the same free port for %s', async (_, start) => {
  expect(await open(await listening(start(aServer())))).toEqual(OURS);
});

test.each([NOT_OURS, '127.0.0.1', 'localhost'])('leaves a server alone that listens on %s', async (host) => {
  const server = aServer().listen({ port: 0, host });
  const port = await listening(server);
  const { address } = server.address() as AddressInfo;
  expect(await open(port, [...OURS, NOT_OURS, '::1'])).toEqual([address]);
});

test('leaves a server alone that listens on a unix socket', async () => {
  const server = aServer().listen(`/tmp/pod-addresses-${process.pid}.sock`);
  await once(server, 'listening');
  expect(server.address()).toBe(`/tmp/pod-addresses-${process.pid}.sock`);
});

test.each([FIRST, ...MACHINE.filter((address) => !address.includes('%'))])(
  'listens on no other address of the machine if the pod has only %s',
  async (address) => {
    restore();
    listenOnPodAddresses([address]);
    const port = await listening(aServer().listen(0));
    expect(await open(port, ['127.0.0.1', FIRST, ...MACHINE])).toEqual(['127.0.0.1', address]);
  },
);

test('changes nothing outside a pod', async () => {
  restore();
  listenOnPodAddresses(podAddresses(undefined));
  expect(Object.getOwnPropertyDescriptors(Server.prototype)).toMatchObject({ listen, close });
  expect(await open(await listening(aServer().listen(0)))).toEqual([...OURS, NOT_OURS]);
});

test('calls the callback of listen once, and emits `listening` once', async () => {
  const calls: string[] = [];
  const server = aServer().on('listening', () => calls.push('event'));
  await listening(server.listen(0, () => calls.push('callback')));
  expect(calls).toEqual(['event', 'callback']);
});

test('serves HTTP on every address with one server, and closes all of them', async () => {
  const server = use(createHttpServer((request, response) => response.end(request.socket.localAddress)));
  const port = await listening(server.listen(0));
  const answers = OURS.map(async (host) => (await fetch(`http://${host}:${port}`)).text());
  expect(await Promise.all(answers)).toEqual(OURS);
  server.closeAllConnections();
  await once(server.close(), 'close');
  expect(await open(port)).toEqual([]);
});

test.each([FIRST, SECOND, '127.0.0.1'])('reports once that the port is taken on %s, and closes', async (host) => {
  const port = await listening(use(createServer()).listen(0, host));
  const errors: unknown[] = [];
  const server = aServer().on('error', ({ message }) => errors.push(message));
  server.listen(port);
  await delay(50);
  expect(errors).toEqual([`listen EADDRINUSE: address already in use ${host}:${port}`]);
  expect([server.listening, await open(port)]).toEqual([false, [host]]);
});

test('lets a server that was refused a port listen again', async () => {
  const taken = await listening(aServer().listen(0, FIRST));
  const server = aServer();
  await once(server.listen(taken), 'error');
  expect(await open(await listening(server.listen(0)))).toEqual(OURS);
});

test('closes every address if the server is closed as soon as it listens', async () => {
  const server = aServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await delay(20);
  expect(await open(port)).toEqual([]);
});

test.each([
  [undefined, []],
  ['', []],
  ['10.240.0.5', ['10.240.0.5']],
  ['10.240.0.5,fd00::5', ['10.240.0.5', 'fd00::5']],
])('reads POD_IPS=%s as a list of addresses', (text, expected) => {
  expect(podAddresses(text)).toEqual(expected);
});
