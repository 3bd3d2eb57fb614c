// Passes TCP connections on, byte for byte. What is behind may come and go: each connection looks for it anew.
import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { ListenOptions, NetConnectOpts, Server, Socket } from 'node:net';

/** Listens at `from`; each connection is joined with a new one to `to`. Resolves when it listens, fails when it can not. */
export function startRelay(from: ListenOptions, to: NetConnectOpts): Promise<Server> {
  if (from.path !== undefined) rmSync(from.path, { force: true }); // left by a relay that was killed
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) =>
      join(client, connect({ allowHalfOpen: true, noDelay: true, ...to })),
    );
    server.once('error', reject);
    server.listen(from, () => {
      server.off('error', reject);
      server.on('error', () => undefined); // of accept(2), when descriptors run out; the next connection may do
      resolve(server);
    });
  });
}

/** An end or an error of one side is passed on to the other. */
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
