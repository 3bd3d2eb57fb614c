// Checks an account's rights at the API server: asks for a review of the rights, and sends requests.
import { Agent, request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { parse } from 'yaml';

/** A request to the API server, for example `GET /api/v1/namespaces/mine/pods`. */
export interface Attempt {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** The path of the URL, with the query if there is one. */
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly code: number;
  /**
   * The reason in a refused request's answer, which is a Status:
   * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
   */
  readonly reason?: string;
  readonly message?: string;
  readonly text: string;
}

/**
 * The attributes of a request for which an account needs rights, as in a SelfSubjectAccessReview:
 * https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-access-review-v1/#SelfSubjectAccessReviewSpec
 */
export interface ResourceAttributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

interface Config {
  readonly clusters: readonly [{ cluster: { server: string; 'certificate-authority-data': string } }];
  readonly users: readonly [{ user: { token?: string } }];
}

/**
 * A request of an account, with a name for the test's title. Tests have tables of these, of what an account may or may
 * not do.
 */
export type Act = readonly [what: string, method: Attempt['method'], path: string, body?: object];

/**
 * Converts a list of acts to rows for `test.each`. The first column is the name of the act, which the test's title
 * shows.
 */
export function byName(acts: readonly Act[]): [string, Act][] {
  return acts.map((act) => [act[0], act]);
}

/** The highest number of concurrent requests of one account. */
const AT_A_TIME = 24;
const PATIENCE = 30_000;

export class Account {
  readonly #server: string;
  readonly #ca: Buffer;
  readonly #token: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: AT_A_TIME });

  /**
   * Connects to the API server of a kubeconfig.
   * @param kubeconfig the content of the file
   * @param token a token to use instead of the one in the kubeconfig
   */
  constructor(kubeconfig: string, token?: string) {
    const {
      clusters: [{ cluster }],
      users: [{ user }],
    } = parse(kubeconfig) as Config;
    if (new URL(cluster.server).hostname !== '127.0.0.1')
      throw new Error(`expected the API server on 127.0.0.1, found ${cluster.server}, which may be another cluster`);
    this.#server = cluster.server;
    this.#ca = Buffer.from(cluster['certificate-authority-data'], 'base64');
    this.#token = token ?? user.token ?? '';
    if (this.#token === '') throw new Error('the kubeconfig has no token, and none was given');
  }

  /** Sends a request. @returns the answer, also if it is a refusal @throws Error if the connection fails */
  try({ method, path, body, headers }: Attempt): Promise<Answer> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const sent = {
      authorization: `Bearer ${this.#token}`,
      'content-type': type,
      'content-length': Buffer.byteLength(text),
      ...headers,
    };
    return new Promise((resolve, reject) => {
      const options = { method, headers: sent, ca: this.#ca, agent: this.#agent, timeout: PATIENCE };
      const asked = request(
        new URL(path, this.#server),
        options,
        (response) => void answerOf(response).then(resolve, reject),
      );
      asked
        .on('error', reject)
        .on('timeout', () => asked.destroy(new Error(`${method} ${path} had no answer in ${PATIENCE / 1000} s`)));
      asked.end(text);
    });
  }

  /** Asks the API server whether the account has a right, as `kubectl auth can-i` does. */
  async may(resourceAttributes: ResourceAttributes): Promise<boolean> {
    const body = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes },
    };
    const { code, text } = await this.try({
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body,
    });
    if (code !== 201) throw new Error(`the API server answered the access review with ${code}: ${text}`);
    return (JSON.parse(text) as { status: { allowed: boolean } }).status.allowed;
  }

  /** Closes the account's connections. */
  close(): void {
    this.#agent.destroy();
  }
}

async function answerOf(response: IncomingMessage): Promise<Answer> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString();
  const { kind, reason, message } = status(text);
  return {
    code: response.statusCode ?? 0,
    text,
    ...(kind === 'Status' && { reason: reason ?? '', message: message ?? '' }),
  };
}

function status(text: string): { kind?: string; reason?: string; message?: string } {
  try {
    return JSON.parse(text) as object;
  } catch {
    return {}; // the body is not JSON: a log, or an answer through a proxy
  }
}

const VERBS = { POST: 'create', PUT: 'update', PATCH: 'patch' } as const;

/**
 * Returns the attributes that RBAC checks for a request.
 * https://kubernetes.io/docs/reference/access-authn-authz/authorization/#determine-the-request-verb
 */
export function attributesOf({ method, path }: Pick<Attempt, 'method' | 'path'>): ResourceAttributes {
  const { pathname, searchParams } = new URL(path, 'https://any');
  const found = /^\/(?:api|apis\/(?<group>[^/]+))\/[^/]+(?<rest>\/.*)$/.exec(pathname)?.groups;
  if (found === undefined) throw new Error(`expected the path of a resource, found ${path}`);
  const { namespace, resource, name, subresource } = partsOf(found['rest'] ?? '');
  return {
    verb: verbOf(method, name, searchParams.get('watch') === 'true'),
    group: found['group'] ?? '',
    resource,
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...(subresource !== undefined && { subresource }),
  };
}

interface Parts {
  namespace?: string | undefined;
  resource: string;
  name?: string | undefined;
  subresource?: string | undefined;
}

/**
 * Splits a path `/namespaces/NS/RESOURCE/NAME/SUBRESOURCE` into its parts. Only the part RESOURCE is required. The path
 * of a namespace itself counts as a path inside that namespace.
 */
function partsOf(rest: string): Parts {
  const words = rest.split('/').slice(1);
  if (words[0] !== 'namespaces') return named(words);
  const [, namespace, resource, ...more] = words;
  const itself = resource === undefined || resource === 'finalize' || resource === 'status';
  if (itself) return { namespace, resource: 'namespaces', name: namespace, subresource: resource };
  return { namespace, ...named([resource, ...more]) };
}

function named([resource = '', name, subresource]: readonly string[]): Parts {
  return { resource, name, subresource };
}

function verbOf(method: Attempt['method'], name: string | undefined, watch: boolean): string {
  if (method === 'GET') return watch ? 'watch' : name === undefined ? 'list' : 'get';
  if (method === 'DELETE') return name === undefined ? 'deletecollection' : 'delete';
  return VERBS[method];
}
