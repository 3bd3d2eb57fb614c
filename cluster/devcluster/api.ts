// Connects to the cluster's API server from this machine, through the relay of relay.ts, as the cluster's
// administrator.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HttpApi } from '../../kubernetes/client.ts';
import { NodeTransport } from '../../kubernetes/transport-node.ts';
import type { Layout } from './layout.ts';

/** The time limit for one answer, in milliseconds. */
const TIMEOUT = 5_000;

/** Creates a client of the API server at 127.0.0.1:`port`. Sends no request yet. */
export async function apiAt(layout: Layout, port: number): Promise<HttpApi> {
  const file = (name: string): Promise<Buffer> => readFile(join(layout.pki, name));
  const [ca, cert, key] = await Promise.all([file('ca.crt'), file('admin.crt'), file('admin.key')]);
  const config = {
    server: `https://127.0.0.1:${port}`,
    tls: { ca, cert, key },
    authorization: () => Promise.resolve(undefined),
  };
  const transport = new NodeTransport({ config, timeout: TIMEOUT });
  const name = 'intro-otel-throwaway';
  return new HttpApi({ config, transport, userAgent: name, fieldManager: name });
}
