// Answers to scripts, as JSON, and the bodies of their requests.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** Longest body of a request, in bytes. A text of 500 characters may have 12 bytes for each as JSON. */
const LONGEST_BODY = 8 * 1024;

export interface Answer {
  readonly status: number;
  readonly body?: object;
  readonly headers?: OutgoingHttpHeaders;
}

/** The fields of a body. Nothing is known of them. */
export type Fields = Readonly<Record<string, unknown>>;

/** Sends an answer as JSON. @param isRead whether the request has been read. If not, the connection must end */
export function sendAnswer(response: ServerResponse, { status, body, headers }: Answer, isRead: boolean): void {
  response.writeHead(status, {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(body && { 'content-type': 'application/json' }),
    ...(!isRead && { connection: 'close' }),
    ...headers,
  });
  response.end(body && JSON.stringify(body));
}

export const refusal = (status: number, error: string, headers?: OutgoingHttpHeaders): Answer => ({
  status,
  body: { error },
  ...(headers && { headers }),
});

const isJson = ({ headers }: IncomingMessage): boolean =>
  /^application\/json *(;|$)/i.test(headers['content-type'] ?? '');

/** Reads a body that is an object as JSON. @returns its fields, or what to answer instead */
export async function bodyOf(request: IncomingMessage): Promise<Answer | { readonly fields: Fields }> {
  if (!isJson(request)) return refusal(415, 'expected the content type application/json, found another one.');
  const text = await textOf(request);
  if (text === undefined) return refusal(413, `expected at most ${LONGEST_BODY} bytes, found more.`);
  const found = parsed(text);
  if (typeof found !== 'object' || found === null || Array.isArray(found))
    return refusal(400, 'expected an object as JSON, found something else.');
  return { fields: found as Fields };
}

/** Returns the text of a body, or undefined if it is too long. Then the rest is not read. */
async function textOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += (chunk as Buffer).length;
    if (length > LONGEST_BODY) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
