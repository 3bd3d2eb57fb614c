// The layout of the portal's pages, and the headers that limit what a page can do.
import type { ServerResponse } from 'node:http';
import { html } from '../../guide/server/html.ts';
import type { Content, Html } from '../../guide/server/html.ts';

export interface Page {
  readonly title: string;
  readonly content: Content;
  /** HTTP status. Default 200. */
  readonly status?: number;
  /** Seconds after which the page asks whether something has changed. Without a value it doesn't ask. */
  readonly again?: number;
  /** URL to which the page goes on by itself at once. */
  readonly next?: string;
  /** What a script gets in place of the page, in one sentence or more. Default: the title. */
  readonly error?: string;
}

/**
 * The pages' Content Security Policy. It allows no inline code, and nothing from other sites.
 * @see https://www.w3.org/TR/CSP3/
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': POLICY,
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
} as const;

/** Renders the whole HTML document of a page. */
export const render = ({ title, content, again, next }: Page): string =>
  html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    ${again === undefined ? '' : html`<noscript><meta http-equiv="refresh" content="${again}"></noscript>`}
    ${next === undefined ? '' : html`<meta http-equiv="refresh" content="0; url=${next}">`}
    <title>${title} · intro-otel</title>
    <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/assets/portal.css">
    <script type="module" src="/assets/portal.js"></script>
  </head>
  <body${again === undefined ? '' : html` data-again="${again}"`}>
    <a class="skip" href="#content">Skip to the content</a>
    <header class="top"><a class="name" href="/">intro-otel</a></header>
    <main id="content" tabindex="-1">
      <h1>${title}</h1>
      ${content}
    </main>
  </body>
</html>
`.text;

/** Sends a page. */
export function sendPage(response: ServerResponse, page: Page, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(page.status ?? 200, { ...PAGE_HEADERS, ...headers });
  response.end(render(page));
}

/** A paragraph for each sentence or group of sentences. */
export const paragraphs = (...texts: readonly Content[]): Html =>
  html`${texts.map(
    (text) => html`
      <p>${text}</p>`,
  )}`;
