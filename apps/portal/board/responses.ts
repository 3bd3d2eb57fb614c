// How the board answers: pages, JSON and files, each with the headers that limit what they can do.
import type { ServerResponse } from 'node:http';
import { PAGE_HEADERS } from '../pages/layout.ts';
import type { Message } from './pages/message.ts';
import { messagePage } from './pages/message.ts';

/** Headers of every answer of the board. No other origin may load it, also not another port of the same host. */
export const BOARD_HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
} as const;

type Headers = Readonly<Record<string, string>>;

/** Sends the HTML document of a page. */
export function sendDocument(response: ServerResponse, document: string, status = 200, headers: Headers = {}): void {
  response.writeHead(status, { ...PAGE_HEADERS, ...BOARD_HEADERS, ...headers });
  response.end(document);
}

export const sendMessage = (response: ServerResponse, message: Message, headers: Headers = {}): void =>
  sendDocument(response, messagePage(message), message.status, headers);

export function sendJson(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { ...BOARD_HEADERS, 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}

/** Sends a file to save. @param name its name, of letters, digits, dots and hyphens */
export function sendFile(response: ServerResponse, { name, type, text }: { name: string; type: string; text: string }) {
  response.writeHead(200, {
    ...BOARD_HEADERS,
    'content-type': `${type}; charset=utf-8`,
    'content-disposition': `attachment; filename="${name}"`,
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  });
  response.end(text);
}

export function redirect(response: ServerResponse, location: string, headers: Headers = {}): void {
  response.writeHead(303, { ...BOARD_HEADERS, location, ...headers }).end();
}
