// The layout that all pages share: head, navigation, and a place for the page's content.
import type { PortalRole } from '../../../../lab/portal-token.ts';
import { html } from '../html.ts';
import type { Content } from '../html.ts';
import { dataAttribute, renderDocument } from './document.ts';

/** The pages that the navigation links. The link to the open page is marked. */
const navigation = [
  { path: '/', title: 'Course' },
  { path: '/explore', title: 'Explore' },
  { path: '/lab', title: 'Lab' },
  { path: '/why', title: 'Why no telemetry?' },
];

/** Who looks at a page, and from where. */
export interface Viewer {
  /** What the pages call the attendee, in a class. */
  readonly owner?: string | undefined;
  /** The person's role, if the page comes through the class's portal. */
  readonly portal?: PortalRole | undefined;
}

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
  viewer?: Viewer;
  /** Relative URL of the guide's root. Default: that of a page such as /lab. */
  root?: string;
  /** Whether the page uses the full width for several columns. */
  wide?: boolean;
}

/** Renders the whole HTML document of a page. */
export function layout(page: Page): string {
  const { title, content, refresh, script, lab, viewer = {}, root = './' } = page;
  return renderDocument({
    title,
    root,
    style: 'style.css',
    script,
    head: refresh ? html`<meta http-equiv="refresh" content="${refresh}">` : '',
    files: filesFor(page),
    attributes: [dataAttribute('lab', lab), dataAttribute('portal', viewer.portal), marksOf(page)],
    header: html`
      <a class="name" href="${root}">intro-otel</a>${ownerOf(viewer)}
      <nav aria-label="Pages">${linksOf(page, root)}
        <a href="${root}jaeger/">Jaeger</a>
      </nav>
    `,
    notice: viewer.portal ? notes[viewer.portal] : '',
    content,
  });
}

/** Whether the page is for a person who takes part in a class through its portal. */
const isLearner = ({ portal }: Viewer): boolean => portal === 'learner';

const marksOf = ({ viewer = {}, wide }: Page): Content => [
  isLearner(viewer) ? html` data-class` : '',
  wide ? html` class="wide"` : '',
];

/**
 * What a person of a class needs besides: a learner the bar with help, hints and polls, and an instructor the styles of
 * a lab that is somebody else's. A lab without a portal loads nothing of it.
 */
function filesFor({ viewer = {}, root = './' }: Page): Content {
  if (viewer.portal === undefined) return '';
  return isLearner(viewer)
    ? html`
    <link rel="stylesheet" href="${root}assets/class-bar.css">
    <script type="module" src="${root}assets/class.js"></script>`
    : html`
    <link rel="stylesheet" href="${root}assets/look-in.css">
    <script type="module" src="${root}assets/visit.js"></script>`;
}

const ownerOf = ({ owner }: Viewer): Content => (owner ? html` <span class="soft owner">${owner}</span>` : '');

const notes: Readonly<Record<PortalRole, Content>> = {
  learner: '',
  instructor: html`<aside class="note" aria-label="You look in">You look into this lab as the instructor. You can read
        everything, and change nothing, so Run, Check and the like are left out. To work here, ask the learner on the
        board, and load this page again when they have agreed.</aside>`,
  takeover: html`<aside class="note" aria-label="You work in this lab">You work in this lab as the instructor. Its
        learner has agreed, sees that you are here, and can end it at any time.</aside>`,
};

function linksOf({ path: open }: Page, root: string): Content {
  return navigation.map(
    ({ path, title }) => html`
        <a href="${root}${path.slice(1)}"${path === open ? html` aria-current="page"` : ''}>${title}</a>`,
  );
}
