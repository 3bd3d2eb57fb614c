// TCP ports: which are free on 127.0.0.1, and which accept connections.
import { connect, createServer } from 'node:net';
import { UserError } from './errors.ts';

/** Returns the first free port that is not lower than `port`. */
export async function freePort(port: number): Promise<number> {
  for (; port < 65_536; port++) if (await canListen(port)) return port;
  throw new UserError('No port of 127.0.0.1 is free.', { todo: 'End a program that listens on one.' });
}

/** Returns `port` if it is free. @throws UserError if another program listens on it */
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

/**
 * Returns whether a program accepts connections at the URL's host and port. Only opens a connection and sends no HTTP
 * request. The program would trace and count a request.
 */
export function accepts(url: string, patience = 1_000): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port || 80), timeout: patience });
    const settle = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', settle(true)).once('timeout', settle(false)).once('error', settle(false));
  });
}
