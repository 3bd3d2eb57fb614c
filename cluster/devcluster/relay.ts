// Relays TCP connections. For each incoming connection, the relay opens a new connection to the target. So the relay
// also works after a restart of the target.
import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { ListenOptions, NetConnectOpts, Server, Socket } from 'node:net';

/**
 * Starts a relay: it listens at `from`, and connects each incoming connection to `to`. Resolves when the relay listens.
 */
export function startRelay(from: ListenOptions, to: NetConnectOpts): Promise<Server> {
  if (from.path !== undefined) rmSync(from.path, { force: true }); // left by a killed relay
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) =>
      join(client, connect({ allowHalfOpen: true, noDelay: true, ...to })),
    );
    server.once('error', reject);
    server.listen(from, () => {
      server.off('error', reject);
      server.on('error', () => undefined); // accept(2) fails if descriptors run out, but a later connection may work
      resolve(server);
    });
  });
}

/** Connects two sockets. An end or an error on one side is passed to the other side. */
function join(client: Socket, behind: Socket): void {
  for (const [from, to] of [
    [client, behind],
    [behind, client],
  ] as const) {
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroySoon());
  }
}
