// What the pages of the guide, the portal and the board have in common: the document, and the headers that limit what a
// page can do.
import { html } from '../html.ts';
import type { Content } from '../html.ts';

/**
 * Returns the pages' Content Security Policy. It allows no inline code, and nothing from other sites.
 * @see https://www.w3.org/TR/CSP3/
 */
const policyOf = (workers: boolean): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    ...(workers ? ["worker-src 'self'"] : []),
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/** Returns the headers of a page. `workers`: whether its scripts start workers. */
export const pageHeaders = ({ workers = false } = {}) => ({
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': policyOf(workers),
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
});

export interface DocumentParts {
  readonly title: string;
  /** URL of the root, with a slash at the end. The files of the page are below its `assets/`. */
  readonly root: string;
  readonly style: string;
  /** Name of the page's script. Without it, the page has none. */
  readonly script?: string | undefined;
  /** More elements of the head. */
  readonly head?: Content;
  /** More styles and scripts, behind the page's own. */
  readonly files?: Content;
  /** Attributes of the body, each with a space before it. */
  readonly attributes?: Content;
  /** What is between the page's header and its heading. */
  readonly notice?: Content;
  readonly header: Content;
  /** The heading of the content. Default: the title. */
  readonly heading?: Content;
  readonly content: Content;
}

/** Renders a whole HTML document. */
export const renderDocument = (parts: DocumentParts): string =>
  html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    ${parts.head}
    <title>${parts.title} · intro-otel</title>
    <link rel="icon" href="${parts.root}assets/icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="${parts.root}assets/${parts.style}">
    ${parts.script && html`<script type="module" src="${parts.root}assets/${parts.script}"></script>`}${parts.files}
  </head>
  <body${parts.attributes}>
    <a class="skip" href="#content">Skip to the content</a>
    <header class="top">${parts.header}</header>
    ${parts.notice}
    <main id="content" tabindex="-1">
      ${parts.heading ?? html`<h1>${parts.title}</h1>`}
      ${parts.content}
    </main>
  </body>
</html>
`.text;

/** An attribute `data-<name>` of the body. None without a value. */
export const dataAttribute = (name: string, value: string | number | undefined): Content =>
  value === undefined ? '' : html` data-${name}="${value}"`;
