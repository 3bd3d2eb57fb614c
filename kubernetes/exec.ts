// Opens a terminal in a container. The client speaks WebSocket with the API server itself: this file only makes the
// connection with our credentials and returns its socket.
// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#get-connect-get-requests-to-exec-of-pod
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { ApiError } from './api.ts';
import type { ApiConfig } from './in-cluster.ts';
import { KINDS, pathOf } from './kinds.ts';

/**
 * The subprotocols that the API server may choose. In both, the first byte of a message names a channel: 0 is the
 * input, 1 the output, 3 how the program has ended, and 4 the size of the terminal as JSON.
 * https://github.com/kubernetes/kubernetes/blob/v1.34.0/staging/src/k8s.io/apimachinery/pkg/util/remotecommand/constants.go
 */
export const EXEC_PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const;

/** Milliseconds until the API server must have accepted or refused. */
const TIMEOUT = 15_000;

/** Characters of a refusal that are read. */
const MAX_TEXT = 4096;

export interface ExecRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** The header Sec-WebSocket-Key of the client, 16 bytes as base64. */
  readonly key: string;
}

/** A connection that has switched to WebSocket. */
export interface ExecConnection {
  readonly socket: Duplex;
  /** The first bytes that the API server has sent after the switch. */
  readonly head: Buffer;
  /** The header Sec-WebSocket-Accept, which proves to the client that the API server has read its key. */
  readonly accept: string;
  readonly protocol: string;
}

/** Starts a program in a container, with a terminal. @throws ApiError if refused, or the connection's error */
export async function openExec(
  config: Pick<ApiConfig, 'server' | 'tls' | 'authorization'>,
  exec: ExecRequest,
): Promise<ExecConnection> {
  const { server, tls } = config;
  const authorization = await config.authorization();
  const request = (server.startsWith('https:') ? httpsRequest : httpRequest)(server + pathFor(exec), {
    ...tls,
    agent: false,
    headers: {
      ...(authorization !== undefined && { authorization }),
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': exec.key,
      'sec-websocket-protocol': EXEC_PROTOCOLS.join(', '),
    },
  });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => request.destroy(new Error(`no answer within ${TIMEOUT / 1000} s`)), TIMEOUT);
    request.once('close', () => clearTimeout(timer));
    request.once('error', (cause) =>
      reject(new Error(`Expected the API server to open a terminal, found: ${cause.message}`, { cause })),
    );
    request.once('response', (answer) => void refusalOf(answer).then(reject, reject));
    request.once('upgrade', ({ headers }, socket: Duplex, head: Buffer) => {
      clearTimeout(timer);
      const { 'sec-websocket-accept': accept = '', 'sec-websocket-protocol': protocol = '' } = headers;
      resolve({ socket, head, accept, protocol });
    });
    request.end();
  });
}

function pathFor({ namespace, pod, container, command }: ExecRequest): string {
  const query = new URLSearchParams({ container, stdin: 'true', stdout: 'true', tty: 'true' });
  command.forEach((word) => query.append('command', word));
  return `${pathOf(KINDS.Pod, namespace, pod, 'exec')}?${query.toString()}`;
}

/** Returns the error for an answer that is no switch to WebSocket. */
async function refusalOf(answer: IncomingMessage): Promise<ApiError> {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) if (text.length < MAX_TEXT) text += String(chunk);
  return new ApiError('GET pods/exec', answer.statusCode ?? 0, statusIn(text.slice(0, MAX_TEXT)));
}

function statusIn(text: string): ApiError['status'] {
  try {
    return JSON.parse(text) as ApiError['status'];
  } catch {
    return { message: text.trim().slice(0, 300) };
  }
}
