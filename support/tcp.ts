// Checks whether a service accepts connections.
import { connect } from 'node:net';

/** Whether something accepts connections at the URL's host and port. Sends no request, so none is traced or counted. */
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
