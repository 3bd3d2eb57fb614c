// Runs before the guide: puts the lab's key where the guide reads it. Without a key the guide runs all the same, and says of passed steps that
// they are not verified; so this never keeps the front door shut.
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { fromEnv } from '../../support/env.ts';
import { messageOf, printLine } from '../../support/console.ts';
import { keyWithin } from './key.ts';
import type { Ask } from './key.ts';

const patience = 10_000; // ms
const account = '/var/run/secrets/kubernetes.io/serviceaccount';

/** https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/#directly-accessing-the-rest-api */
function askFor(path: string): Ask {
  const options = {
    host: fromEnv('KUBERNETES_SERVICE_HOST'),
    port: fromEnv('KUBERNETES_SERVICE_PORT'),
    path,
    ca: readFileSync(join(account, 'ca.crt')),
    agent: false as const,
  };
  const authorization = `Bearer ${readFileSync(join(account, 'token'), 'utf8').trim()}`;
  return (method, body) =>
    new Promise((resolve, reject) => {
      const headers = { authorization, ...(body && { 'content-type': 'application/merge-patch+json' }) };
      const asked = request({ ...options, method, headers, signal: AbortSignal.timeout(3_000) }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        );
      });
      asked.on('error', reject);
      asked.end(body && JSON.stringify(body));
    });
}

try {
  const path = `/api/v1/namespaces/${fromEnv('POD_NAMESPACE')}/secrets/${fromEnv('RELEASE')}-guide-key`;
  const key = await keyWithin(askFor(path), patience);
  writeFileSync(fromEnv('KEY_FILE'), key, { mode: 0o600 });
} catch (error) {
  printLine(`The guide has no key, so passed steps will not be verified: ${messageOf(error)}`);
}
