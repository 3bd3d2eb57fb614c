// What a portal needs to run as a process of its own: a kubeconfig, secrets, and an API server that it can read.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { BOARD, PORTAL, RELEASE } from '../../../lab/names.ts';
import type { Seat, Workshop } from '../kinds.ts';

/** Writes a kubeconfig into a folder. @returns its path */
export function writeKubeconfig(folder: string, server: string): string {
  const path = join(folder, 'kubeconfig');
  const [clusters, users] = [
    [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
    [{ name: 'u', user: {} }],
  ];
  const contexts = [{ name: 'x', context: { cluster: 'c', user: 'u' } }];
  writeFileSync(path, JSON.stringify({ clusters, users, contexts, 'current-context': 'x' }));
  return path;
}

/** Writes the portal's secrets and the board's key as files into a folder. @returns the secret that signs cookies */
export function writeSecrets(folder: string): Buffer {
  const { privateKey } = generateKeyPairSync('ed25519');
  const [cookie, people] = [randomBytes(32), randomBytes(32)];
  const { secretKeys } = PORTAL;
  writeFileSync(join(folder, secretKeys.signing), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(join(folder, secretKeys.cookie), cookie.toString('base64url'));
  writeFileSync(join(folder, secretKeys.people), people.toString('base64url'));
  writeFileSync(join(folder, BOARD.key), randomBytes(32).toString('base64url'));
  return cookie;
}

/**
 * Returns how an API server answers that lists one class and its seats, and says that every guide is at `podIP`. Its
 * watches never say anything.
 */
export function readOnlyApi(workshop: Workshop, seats: readonly Seat[], podIP = '127.0.0.1'): RequestListener {
  const list = (items: readonly object[]): object => ({ items, metadata: { resourceVersion: '1' } });
  const answers: readonly (readonly [RegExp, object])[] = [
    [/\/workshops\b/, list([workshop])],
    [/\/seats\b/, list(seats)],
    [/\/configmaps\b/, list([])],
    [/\/pods\b/, list([guidePod(podIP)])],
    [/\/replicasets\//, owned('ReplicaSet', 'set', owner('Deployment', `${RELEASE}-guide`))],
    [/\/deployments\//, owned('Deployment', `${RELEASE}-guide`)],
  ];
  return ({ url = '' }, response) => {
    if (url.includes('watch=1')) return void response.writeHead(200).flushHeaders();
    const [, answer] = answers.find(([path]) => path.test(url)) ?? [];
    response.writeHead(answer ? 200 : 404).end(JSON.stringify(answer ?? {}));
  };
}

const owner = (kind: string, name: string): object => ({
  apiVersion: 'apps/v1',
  kind,
  name,
  uid: name,
  controller: true,
});

const owned = (kind: string, name: string, ...ownerReferences: readonly object[]): object => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, uid: name, ownerReferences },
});

const guidePod = (podIP: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'guide', ownerReferences: [owner('ReplicaSet', 'set')] },
  status: { podIP, conditions: [{ type: 'Ready', status: 'True' }] },
});
