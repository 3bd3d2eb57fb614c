// The layout of the portal's pages, and the headers that limit what a page can do.
import type { ServerResponse } from 'node:http';
import { html } from '../../guide/server/html.ts';
import type { Content, Html } from '../../guide/server/html.ts';
import { dataAttribute, pageHeaders, renderDocument } from '../../guide/server/pages/document.ts';

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

export const PAGE_HEADERS = pageHeaders();

/** Renders the whole HTML document of a page. */
export const render = ({ title, content, again, next }: Page): string =>
  renderDocument({
    title,
    root: '/',
    style: 'portal.css',
    script: 'portal.js',
    head: [
      again === undefined ? '' : html`<noscript><meta http-equiv="refresh" content="${again}"></noscript>`,
      next === undefined ? '' : html`<meta http-equiv="refresh" content="0; url=${next}">`,
    ],
    attributes: dataAttribute('again', again),
    header: html`<a class="name" href="/">intro-otel</a>`,
    content,
  });

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
