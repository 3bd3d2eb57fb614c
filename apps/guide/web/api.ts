// Calls the guide's HTTP API. If a call fails, it throws an ApiError with a message that a page can show unchanged.

export class ApiError extends Error {
  /** The HTTP status of the answer. It is 0 if the guide did not answer. */
  readonly status: number;
  readonly body: unknown;

  constructor(message: string, status: number, body?: unknown) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

const noAnswer = 'The guide does not answer. Is the lab still running? What you have typed is kept in this browser.';

export function get<T>(path: string): Promise<T> {
  return request<T>(path, { headers: { accept: 'application/json' } });
}

/**
 * Sends a request that changes something. The guide requires the header x-intro-otel for such a request, because a page
 * of another site can't send this header.
 */
export function send<T>(method: 'POST' | 'PUT', path: string, body: unknown = {}): Promise<T> {
  return request<T>(path, {
    method,
    headers: { accept: 'application/json', 'content-type': 'application/json', 'x-intro-otel': '1' },
    body: JSON.stringify(body),
  });
}

async function request<T>(path: string, init: RequestInit): Promise<T> {
  const answer = await fetch(path, init).catch(() => {
    throw new ApiError(noAnswer, 0);
  });
  if (answer.status === 204) return undefined as T;
  const text = await answer.text().catch(() => '');
  const body = parsed(text);
  if (answer.ok && body !== undefined) return body as T;
  throw new ApiError(
    reason(body) ?? `Expected JSON from ${path}, found ${answer.status}: ${text.slice(0, 200)}`,
    answer.status,
    body,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reason(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('error' in body)) return undefined;
  return typeof body.error === 'string' ? body.error : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
