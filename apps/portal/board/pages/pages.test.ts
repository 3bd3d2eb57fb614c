import { createRequire } from 'node:module';
import { aBoard, aPerson, aScreen } from '../../web/testing/states.ts';
import { boardPage } from './board.ts';
import { classListPage } from './class-list.ts';
import { DECK_POLLS } from './deck-polls.ts';
import { loginPage } from './login.ts';
import { messagePage } from './message.ts';
import { privacyPage } from './privacy.ts';
import { qrSvg } from './qr.ts';
import { screenPage } from './screen.ts';

type Decode = (data: Uint8ClampedArray, width: number, height: number) => { readonly data: string } | null;
const decode = createRequire(import.meta.url)('jsqr') as Decode;

const HOSTILE = `</script><script>alert(1)</script>"'><img src=x onerror=alert(1)>\u2028&`;
const who = { name: HOSTILE, csrf: `t"'>` };
const { workshop } = aBoard();
const hostileClass = { ...workshop, name: 'otel-101', title: HOSTILE, code: HOSTILE, joinUrl: HOSTILE };
const hostileState = aBoard(
  [aPerson('otel-1', { name: HOSTILE, needs: 'help', help: { text: HOSTILE, at: HOSTILE }, reason: HOSTILE })],
  {
    workshop: hostileClass,
    steps: [{ id: HOSTILE, number: 1 }],
    poll: { id: 'x', question: HOSTILE, answers: [{ text: HOSTILE, count: 1, names: [HOSTILE] }] },
  },
);

const pages: Readonly<Record<string, string>> = {
  login: loginPage({ problem: HOSTILE, name: HOSTILE }),
  classes: classListPage([hostileClass], who),
  board: boardPage(hostileState, who),
  screen: screenPage('otel-101', aScreen({ title: HOSTILE, code: HOSTILE, joinUrl: HOSTILE })),
  privacy: privacyPage({ ...hostileClass, expiresAt: HOSTILE }, who),
  message: messagePage({ title: HOSTILE, text: HOSTILE, status: 404, link: { href: HOSTILE, text: HOSTILE } }),
};

describe.each(Object.entries(pages))('the page %s', (_name, page) => {
  test('escapes what comes from people and from the Workshop', () => {
    expect(page).not.toMatch(/<img|alert\(1\)<\/script>/);
    expect(page).toContain('&lt;/script&gt;');
    expect(page.match(/<script/g)?.length).toBe(page.match(/<\/script>/g)?.length);
  });

  test('has no inline script, style or event handler, which its policy would refuse', () => {
    expect(page.match(/<script[^>]*>/g)).toEqual(
      page.match(/<script (type="module" src="\/assets\/\w+\.js"|type="application\/json" id="state")>/g),
    );
    expect(page).not.toMatch(/<\w+( [\w-]+(="[^"]*")?)* (style|on\w+)=/);
  });
});

test('hands the whole state to the script', () => {
  const [, json = ''] = /<script type="application\/json" id="state">(.*?)<\/script>/s.exec(pages['board'] ?? '') ?? [];
  expect(JSON.parse(json)).toEqual(hostileState);
});

test('keeps the token and all names off the projector', () => {
  const page = screenPage('otel-101', aScreen());
  expect(page).not.toContain('csrf');
  expect(page).toContain('k7wm3q');
});

test('says that the address of the portal is a guess, and on the projector that nobody else reaches it', () => {
  const pagesWith = (isGuess: boolean, joinUrl: string) => [
    boardPage(aBoard([], { workshop: { ...workshop, joinUrl, isGuess } }), who).includes('is a guess'),
    screenPage('otel-101', aScreen({ joinUrl, isGuess })).includes('Only this machine'),
  ];
  expect(pagesWith(true, 'http://localhost:8080/join/k7wm3q')).toEqual([true, true]);
  expect(pagesWith(true, 'http://192.168.1.20:8080/join/k7wm3q')).toEqual([true, false]);
  expect(pagesWith(false, 'http://localhost:8080/join/k7wm3q')).toEqual([false, false]);
});

test('asks for a name only in a class with names', () => {
  const page = (hasNames: boolean): string => boardPage(aBoard([], { workshop: { ...workshop, hasNames } }), who);
  expect([page(true).includes('id="seat-name"'), page(false).includes('id="seat-name"')]).toEqual([true, false]);
});

test.each([
  ['Delete', 'all seats are deleted'],
  ['Stop', 'the seats stop'],
  ['Keep', 'the seats go on'],
] as const)('says what becomes of the seats with afterExpiry %s', (afterExpiry, text) => {
  expect(privacyPage({ ...workshop, afterExpiry }, who)).toContain(text);
});

test('says that a class without an end has none, and offers no extension', () => {
  const fields = Object.entries(workshop).filter(([name]) => name !== 'expiresAt');
  const endless = Object.fromEntries(fields) as unknown as typeof workshop;
  expect(privacyPage(endless, who)).toContain('has no end.');
  expect(boardPage(aBoard([], { workshop: endless }), who)).toMatch(/<form data-action="extend" hidden>/);
  expect(boardPage(aBoard(), who)).toMatch(/<form data-action="extend">/);
});

test("has the deck's questions within the limits of a poll, each with an id of its own", () => {
  expect(new Set(DECK_POLLS.map(({ id }) => id)).size).toBe(5);
  for (const { id, question, options = [] } of DECK_POLLS) {
    expect(id).toMatch(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/);
    expect(question.length).toBeLessThanOrEqual(200);
    expect(options.every((option) => option.length <= 80)).toBe(true);
  }
});

/** Paints the SVG's path, of horizontal and vertical lines, and reads the image. Each module has 4 × 4 points. */
function decoded(svg: string): string | undefined {
  const [, from = 0, side = 0] = (/viewBox="(-\d+) -\d+ (\d+)/.exec(svg) ?? []).map(Number);
  const edges = edgesOf(/ d="([^"]+)"/.exec(svg)?.[1] ?? '');
  const modules = Array.from({ length: side * side }, (_, index) =>
    isInside(edges, (index % side) + from, Math.floor(index / side) + from),
  );
  const width = 4 * side;
  const image = new Uint8ClampedArray(4 * width * width).fill(255);
  for (let point = 0; point < width * width; point++) {
    const [x, y] = [Math.floor((point % width) / 4), Math.floor(point / width / 4)];
    if (modules[y * side + x]) image.fill(0, 4 * point, 4 * point + 3);
  }
  return decode(image, width, width)?.data;
}

interface Edge {
  readonly x: number;
  readonly from: number;
  readonly to: number;
}

/** Returns the vertical edges of all polygons of a path. */
const edgesOf = (path: string): Edge[] =>
  path
    .split('Z')
    .filter((part) => part !== '')
    .flatMap((part) => {
      const points = part
        .slice(1)
        .split('L')
        .map((point) => point.split(' ').map(Number));
      return points.map(([x = 0, from = 0], index) => ({ x, from, to: points[(index + 1) % points.length]?.[1] ?? 0 }));
    })
    .filter(({ from, to }) => from !== to);

/** Whether the middle of a module is inside, by the nonzero rule. */
function isInside(edges: readonly Edge[], left: number, top: number): boolean {
  const [x, y] = [left + 0.5, top + 0.5];
  let winding = 0;
  for (const edge of edges)
    if (edge.x < x && Math.min(edge.from, edge.to) < y && y < Math.max(edge.from, edge.to))
      winding += edge.from < edge.to ? 1 : -1;
  return winding !== 0;
}

test.each([
  'https://x.de/join/k7wm3q',
  'http://192.168.1.20:30080/join/abcdef',
  `https://${'intro-otel.'.repeat(10)}example.org/join/k7wm3q`,
  'https://schüle.example/join/k7wm3q?x=é✓',
])('draws a QR code that another library reads as %s', (text) => {
  expect(decoded(qrSvg(text, text).text)).toBe(text);
});

test('leaves four modules of free space around a QR code', () => {
  const { text } = qrSvg('https://x.de/join/k7wm3q', 'a "label"');
  expect(text).toContain('viewBox="-4 -4 33 33"');
  expect(text).toContain('aria-label="a &quot;label&quot;"');
});
