// Makes the servers of this process listen on loopback and on the pod's addresses, where they would listen on all
// addresses. A pod can have other addresses, such as a link-local IPv6 address. Many network plugins don't apply
// NetworkPolicies to these.
import { createServer, isIPv6, Server } from 'node:net';
import type { AddressInfo, ListenOptions, ServerOpts } from 'node:net';

/** The address that `kubectl port-forward` connects to. */
const LOOPBACK = '127.0.0.1';

/** Addresses that stand for all addresses, as URLs spell them. */
const WILDCARDS: readonly string[] = ['0.0.0.0', '[::]', '[::ffff:0:0]'];

/** Parses POD_IPS, the pod's addresses separated by commas. Returns an empty list outside a pod. */
export const podAddresses = (text = ''): string[] => text.split(',').filter((address) => address !== '');

/** The additional servers of each server, one per address. They hand their connections to it. */
const additional = new WeakMap<Server, Server[]>();

type Listen = (this: Server, ...args: unknown[]) => Server;

/**
 * Changes `listen` of all servers in this process. A server that would listen on all addresses listens on the pod's
 * addresses and on loopback. Does nothing if the list is empty.
 */
export function listenOnPodAddresses([first, ...rest]: readonly string[]): void {
  if (first === undefined) return;
  const { listen, close } = Server.prototype as { listen: Listen; close: Server['close'] };
  function openOthers(this: Server): void {
    const { port } = this.address() as AddressInfo;
    additional.set(
      this,
      [...rest, LOOPBACK].map((host) => open(this, host, port)),
    );
  }
  const listenInPod: Listen = function (this: Server, ...args) {
    this.off('listening', openOthers);
    const options = optionsOf(args);
    if (!isWildcard(options)) return listen.apply(this, args);
    this.once('listening', openOthers);
    return listen.call(this, { ...options, host: first }, ...args.filter((arg) => typeof arg === 'function'));
  };
  Server.prototype.listen = listenInPod as Server['listen'];
  Server.prototype.close = function (this: Server, done) {
    for (const other of additional.get(this) ?? []) other.close();
    return close.call(this, done);
  };
}

/** Returns the arguments of `listen` as options: https://nodejs.org/api/net.html#serverlisten */
function optionsOf([first, ...rest]: readonly unknown[]): ListenOptions {
  if (typeof first === 'object' && first !== null) return first;
  if (typeof first === 'string' && !(Number(first) >= 0)) return { path: first };
  const port = typeof first === 'function' ? 0 : (first ?? 0);
  const host = rest.find((arg) => typeof arg === 'string');
  const backlog = rest.find((arg) => typeof arg === 'number');
  return { port, host, backlog } as ListenOptions;
}

function isWildcard(options: ListenOptions): boolean {
  if (!('port' in options)) return false;
  const { host } = options;
  if (!host) return true;
  // A URL has one spelling for each address, so `::0` and `0` are wildcards too.
  const url = `http://${isIPv6(host) ? `[${host}]` : host}`;
  return URL.canParse(url) && WILDCARDS.includes(new URL(url).hostname);
}

/** Listens on one more address for a server. If that fails, the server closes and reports the error. */
function open(server: Server, host: string, port: number): Server {
  const { allowHalfOpen, pauseOnConnect, noDelay } = server as Server & ServerOpts;
  const other = createServer({ allowHalfOpen, pauseOnConnect, noDelay } as ServerOpts);
  other.on('connection', (socket) => server.emit('connection', socket));
  other.once('error', (error) => {
    if (server.listening) server.close().emit('error', error);
  });
  // The server may have closed in the meantime.
  other.once('listening', () => {
    if (!server.listening) other.close();
  });
  return other.listen({ host, port }).unref();
}
