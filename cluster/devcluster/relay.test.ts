import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRelay } from './relay.ts';

let directory: string;
const servers: Server[] = [];
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'relay-'))));
afterEach(() => {
  servers.splice(0).forEach((server) => server.close());
  rmSync(directory, { recursive: true });
});

function keep(server: Server): Server {
  servers.push(server);
  return server;
}

/**
 * Starts a server that reads until the client ends its side of the connection. Then the server answers with the same
 * text in capitals.
 */
function startEcho(path: string): Promise<Server> {
  const server = keep(
    createServer({ allowHalfOpen: true }, (socket) => {
      let heard = '';
      socket
        .setEncoding('utf8')
        .on('data', (text: string) => (heard += text))
        .on('end', () => socket.end(heard.toUpperCase()));
    }),
  );
  return new Promise((resolve) => server.listen({ path }, () => resolve(server)));
}

function ask(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => socket.end(text));
    socket
      .setEncoding('utf8')
      .on('data', (part: string) => (answer += part))
      .on('error', () => undefined)
      .on('close', () => resolve(answer));
  });
}

async function relayTo(path: string): Promise<number> {
  return (keep(await startRelay({ host: '127.0.0.1', port: 0 }, { path })).address() as AddressInfo).port;
}

test('forwards bytes in both directions, and keeps one direction open after the other ends', async () => {
  await startEcho(join(directory, 'echo'));
  const port = await relayTo(join(directory, 'echo'));
  const long = 'a'.repeat(1_000_000);
  await expect(ask(port, long)).resolves.toBe(long.toUpperCase());
});

test('forwards bytes to a target that has already ended its own side', async () => {
  const heard = Promise.withResolvers<string>();
  const path = join(directory, 'target');
  const server = keep(
    createServer({ allowHalfOpen: true }, (socket) => {
      let text = '';
      socket
        .setEncoding('utf8')
        .on('data', (part: string) => (text += part))
        .on('end', () => heard.resolve(text));
      socket.end('hello');
    }),
  );
  await new Promise<void>((resolve) => server.listen({ path }, resolve));
  const client = connect({ port: await relayTo(path), host: '127.0.0.1', allowHalfOpen: true });
  client.resume().on('end', () => client.end('and more'));
  await expect(heard.promise).resolves.toBe('and more');
});

test('closes a connection while the target is down, and forwards connections once it is up', async () => {
  const port = await relayTo(join(directory, 'echo'));
  await expect(ask(port, 'x')).resolves.toBe('');
  const first = await startEcho(join(directory, 'echo'));
  await expect(ask(port, 'x')).resolves.toBe('X');
  await new Promise((resolve) => first.close(resolve));
  await startEcho(join(directory, 'echo'));
  await expect(ask(port, 'y')).resolves.toBe('Y');
});

test('replaces the socket file that a killed relay has left behind', async () => {
  const path = join(directory, 'relay');
  await startEcho(path);
  await expect(startRelay({ path }, { path: join(directory, 'echo') }).then(keep)).resolves.toBeDefined();
});

test('fails to start a relay on a port that another program uses', async () => {
  const port = await relayTo(join(directory, 'echo'));
  await expect(startRelay({ host: '127.0.0.1', port }, { path: '/x' })).rejects.toThrow('EADDRINUSE');
});
