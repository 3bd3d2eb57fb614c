// The layout that all pages share: head, navigation, and a place for the page's content.
import { html } from '../html.ts';
import type { Content } from '../html.ts';

/** The pages that the navigation links. The link to the open page is marked. */
const navigation = [
  { path: '/', title: 'Course' },
  { path: '/explore', title: 'Explore' },
  { path: '/lab', title: 'Lab' },
  { path: '/why', title: 'Why no telemetry?' },
];

export interface Page {
  title: string;
  /** The page's path, which selects its link in the navigation. */
  path: string;
  content: Content;
  /** Seconds after which the browser reloads the page. Without a value it does not reload. */
  refresh?: number;
  /** Name of the page's script in the folder /assets. */
  script?: 'guide.js' | 'explore.js' | 'lab.js' | 'why.js';
  /** The lab's name. A browser may visit several labs, and stores the learner's drafts under this name. */
  lab?: string;
  /** What the attendee is called, in a class. */
  owner?: string;
  /** Whether the page uses the full width for several columns. */
  wide?: boolean;
}

/** Renders the whole HTML document of a page. */
export function layout(page: Page): string {
  const { title, content, refresh, script, lab, owner, wide } = page;
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
    ${script ? html`<script type="module" src="/assets/${script}"></script>` : ''}
  </head>
  <body${lab === undefined ? '' : html` data-lab="${lab}"`}${wide ? html` class="wide"` : ''}>
    <a class="skip" href="#content">Skip to the content</a>
    <header class="top">
      <a class="name" href="/">intro-otel</a>${owner ? html` <span class="soft owner">${owner}</span>` : ''}
      <nav aria-label="Pages">${linksOf(page)}
        <a href="/jaeger/">Jaeger</a>
      </nav>
    </header>
    <main id="content" tabindex="-1">
      <h1>${title}</h1>
      ${content}
    </main>
  </body>
</html>
`.text;
}

function linksOf({ path: open }: Page): Content {
  return navigation.map(
    ({ path, title }) => html`
        <a href="${path}"${path === open ? html` aria-current="page"` : ''}>${title}</a>`,
  );
}
