// A minimal client, to compare the operator with. It applies the objects of many seats server-side as fast as it can.
// It renders all objects first, then applies the namespaces, then all other objects at once. It prints "began" before
// its first request.
// usage: KUBECONFIG=FILE node bare-client.ts WORKSHOP SEATS CONNECTIONS
import { readFileSync } from 'node:fs';
import { Pool } from 'undici';
import { parse } from 'yaml';
import { FIELD_MANAGER } from '../../operator/api/types.ts';
import { kindOf } from '../../kubernetes/kinds.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import { seatNames, seatObjects } from '../support/cluster/seat-objects.ts';
import { collection } from '../support/cluster/watch.ts';

interface Config {
  clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }];
  users: [{ user: { 'client-certificate-data': string; 'client-key-data': string } }];
}

interface Request {
  path: string;
  body: string;
}

const [workshop = '', seats = '', connections = ''] = process.argv.slice(2);
const pool = connect(readFileSync(process.env['KUBECONFIG'] ?? '', 'utf8'), Number(connections));
const objects = seatNames(workshop, Number(seats)).flatMap((name) => seatObjects(workshop, name));
const requests = Map.groupBy(objects, ({ kind }) => kind === 'Namespace');
const [first, rest] = [true, false].map((namespaces) => (requests.get(namespaces) ?? []).map(requestFor)) as [
  Request[],
  Request[],
];

process.stdout.write('began\n');
await sendAll(first);
await sendAll(rest);
await pool.close();

function connect(kubeconfig: string, size: number): Pool {
  const {
    clusters: [{ cluster }],
    users: [{ user }],
  } = parse(kubeconfig) as Config;
  const decoded = (text: string): string => Buffer.from(text, 'base64').toString();
  const tls = {
    ca: decoded(cluster['certificate-authority-data']),
    cert: decoded(user['client-certificate-data']),
    key: decoded(user['client-key-data']),
  };
  return new Pool(cluster.server, { connections: size, pipelining: 1, connect: tls });
}

function requestFor(object: KubeObject): Request {
  const kind = kindOf(object);
  const { name, namespace } = object.metadata;
  const all = collection(kind);
  const within = kind.namespaced ? all.replace(/[^/]+$/, `namespaces/${namespace}/${kind.plural}`) : all;
  return {
    path: `${within}/${name}?fieldManager=${FIELD_MANAGER}&force=true&fieldValidation=Ignore`,
    body: JSON.stringify(object),
  };
}

/** Sends all requests, one at a time on each connection. */
async function sendAll(queue: readonly Request[]): Promise<void> {
  const left = queue.values();
  const worker = async (): Promise<void> => {
    for (const request of left) await send(request);
  };
  await Promise.all(Array.from({ length: Number(connections) }, worker));
}

async function send({ path, body }: Request): Promise<void> {
  const { statusCode, body: answer } = await pool.request({
    method: 'PATCH',
    path,
    body,
    headers: { 'content-type': 'application/apply-patch+yaml' },
  });
  if (statusCode >= 300) throw new Error(`PATCH ${path} was answered ${statusCode}: ${await answer.text()}`);
  await answer.dump();
}
