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

/** Answers, once the other side has ended, what it said in capitals. */
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

test('bytes go both ways, and an end in one direction leaves the other open', async () => {
  await startEcho(join(directory, 'echo'));
  const port = await relayTo(join(directory, 'echo'));
  const long = 'a'.repeat(1_000_000);
  await expect(ask(port, long)).resolves.toBe(long.toUpperCase());
});

test('what is behind may have said all it has to say and still be told more', async () => {
  const heard = Promise.withResolvers<string>();
  const path = join(directory, 'first-word');
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

test('without anything behind, a connection ends; once there is, the next one works', async () => {
  const port = await relayTo(join(directory, 'echo'));
  await expect(ask(port, 'x')).resolves.toBe('');
  const first = await startEcho(join(directory, 'echo'));
  await expect(ask(port, 'x')).resolves.toBe('X');
  await new Promise((resolve) => first.close(resolve));
  await startEcho(join(directory, 'echo'));
  await expect(ask(port, 'y')).resolves.toBe('Y');
});

test('a socket left by a relay that was killed is no obstacle', async () => {
  const path = join(directory, 'relay');
  await startEcho(path);
  await expect(startRelay({ path }, { path: join(directory, 'echo') }).then(keep)).resolves.toBeDefined();
});

test('a port that is taken is an error', async () => {
  const port = await relayTo(join(directory, 'echo'));
  await expect(startRelay({ host: '127.0.0.1', port }, { path: '/x' })).rejects.toThrow('EADDRINUSE');
});
