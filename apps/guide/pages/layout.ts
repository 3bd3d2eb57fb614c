// What every page of the guide has: head, navigation, and room for one page's content.
import { html } from '../html.ts';
import type { Content } from '../html.ts';

/** The pages that the navigation leads to; `path` also tells which one is open. */
const navigation = [
  { path: '/', title: 'Start' },
  { path: '/traces', title: 'Traces' },
];

export interface Page {
  title: string;
  /** The page's own path, as in the navigation. */
  path: string;
  content: Content;
  /** Seconds after which the browser is to load the page again. */
  refresh?: number;
}

/** The whole document, as text. */
export function layout({ title, path, content, refresh }: Page): string {
  const links = navigation.map((page) => html`
        <a href="${page.path}"${page.path === path ? html` aria-current="page"` : ''}>${page.title}</a>`);
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    ${refresh ? html`<meta http-equiv="refresh" content="${refresh}">` : ''}
    <title>${title} · intro-otel</title>
    <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/assets/style.css">
    <script type="module" src="/assets/guide.js"></script>
  </head>
  <body>
    <a class="skip" href="#content">Skip to the content</a>
    <header>
      <a class="name" href="/">intro-otel</a>
      <nav aria-label="Pages">${links}
        <a href="/jaeger/">Jaeger</a>
      </nav>
    </header>
    <main id="content">
      <h1>${title}</h1>
      ${content}
    </main>
  </body>
</html>
`.text;
}
