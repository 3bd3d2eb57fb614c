// Ports of 127.0.0.1: which are free, and which accept connections.
import { connect, createServer } from 'node:net';
import { UserError } from './errors.ts';

/** The first free port, starting at `port`. */
export async function freePort(port: number): Promise<number> {
  for (; port < 65_536; port++) if (await canListen(port)) return port;
  throw new UserError('No port of 127.0.0.1 is free.', { todo: 'End a program that listens on one.' });
}

/** Returns `port`. @throws UserError when another program listens on it */
export async function checkFree(port: number): Promise<number> {
  if (await canListen(port)) return port;
  throw new UserError(`Port ${port} of 127.0.0.1 is taken.`, {
    expected: 'a port that nobody listens on',
    found: `a program that listens on ${port}`,
    todo: ['Choose another port.', `End that program: ss -ltnp 'sport = :${port}' names it.`],
  });
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port }, () => server.close(() => resolve(true)));
  });
}

/** Whether `port` accepts a connection. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }).once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
