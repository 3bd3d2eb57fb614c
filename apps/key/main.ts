// The init container of the guide. It writes the lab's key and login token to files that the guide reads. This program
// never fails: without these files the guide still starts. It then reports that passed steps are not verified, and only
// port-forward reaches it.
import { writeFileSync } from 'node:fs';
import { HttpApi } from '../../kubernetes/client.ts';
import { inClusterConfig } from '../../kubernetes/in-cluster.ts';
import { NodeTransport } from '../../kubernetes/transport-node.ts';
import { messageOf } from '../../support/errors.ts';
import { print } from '../../support/output.ts';
import { fromEnv } from '../../support/env.ts';
import { secretsWithin } from './key.ts';

/** Time limit for getting the key, in milliseconds. */
const PATIENCE = 10_000;
/** Time limit for one request to the API server, in milliseconds. */
const TIMEOUT = 3_000;

function connect(): HttpApi {
  const config = inClusterConfig();
  if (!config) throw new Error('Expected a service account and KUBERNETES_SERVICE_HOST, found neither. Run in a pod.');
  const transport = new NodeTransport({ config, timeout: TIMEOUT });
  return new HttpApi({ config, transport, userAgent: 'intro-otel-key', fieldManager: 'intro-otel-key' });
}

try {
  const secret = { name: `${fromEnv('RELEASE')}-guide-key`, namespace: fromEnv('POD_NAMESPACE') };
  const { key, token } = await secretsWithin(connect(), secret, { within: PATIENCE });
  writeFileSync(fromEnv('KEY_FILE'), key, { mode: 0o600 });
  writeFileSync(fromEnv('TOKEN_FILE'), token, { mode: 0o600 });
} catch (error) {
  print(`The guide has no key, so passed steps will not be verified, and nobody can log in: ${messageOf(error)}`);
}
