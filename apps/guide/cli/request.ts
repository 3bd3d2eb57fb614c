// Sends requests to the guide's server in the same pod. It sends the login token, because the guide asks for it if the
// pod has a sidecar.
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { call } from '../../../support/http.ts';
import { portFromEnv } from '../../../support/env.ts';

const base = `http://127.0.0.1:${portFromEnv('PORT', 8080)}/api`;

function loginHeader(): Record<string, string> {
  try {
    return { authorization: `Bearer ${readFileSync('/etc/intro-otel/token', 'utf8')}` };
  } catch {
    return {};
  }
}

/** An answer of the guide with a status other than 200. The message is the guide's own. */
export class Refused extends Error {
  readonly body: { readonly error?: string };

  constructor(message: string, body: { readonly error?: string }) {
    super(message);
    this.body = body;
  }
}

/** Sends a request to the guide. @throws Refused with the guide's error message */
export async function request<T>(path: string, body?: object, method = 'POST'): Promise<T> {
  const headers = { 'x-intro-otel': '1', 'content-type': 'application/json', ...loginHeader() };
  const answer = await call(base + path, body ? { method, headers, body: JSON.stringify(body) } : { headers });
  if (answer.status === 204) return undefined as T;
  const parsed = JSON.parse(answer.body) as T & { error?: string };
  if (answer.status !== 200)
    throw new Refused(parsed.error ?? `expected the guide to answer ${path} with 200, found ${answer.status}`, parsed);
  return parsed;
}

/** Copies the body of a guide's answer to standard output, byte by byte. @throws if the status is not 200 */
export function download(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get(base + path, { headers: loginHeader() }, (answer) => {
      if (answer.statusCode !== 200)
        return reject(new Error(`expected the guide to answer ${path} with 200, found ${answer.statusCode}`));
      answer.on('end', resolve).on('error', reject).pipe(process.stdout);
    }).on('error', reject);
  });
}
