import { coursePage } from './course.ts';
import { explorePage } from './explore.ts';
import { labPage } from './lab.ts';
import { whyPage } from './why.ts';

test.each([
  ['/', coursePage('a/b')],
  ['/explore', explorePage('a/b')],
  ['/lab', labPage('auto')],
  ['/why', whyPage()],
])('renders the page %s without inline code or links to other sites, and with a single h1', (path, page) => {
  expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(page).not.toMatch(/(src|href|action)="(https?:)?\/\//);
  expect(page).not.toMatch(/ style="|<style| on[a-z]+="|<script(?! type="module" src="\.\/assets\/)/);
  expect(page.match(/<h1>/g)).toHaveLength(1);
  expect(page).toContain(`<a href=".${path}" aria-current="page">`);
});

test("escapes the lab's name in a page", () => {
  expect(coursePage('"><script>')).toContain('data-lab="&quot;&gt;&lt;script&gt;"');
});

test.each([
  ['the course', coursePage('a/b', { owner: 'Ada <L.>' })],
  ['the lab', labPage('auto', { owner: 'Ada <L.>' })],
])("shows the attendee's name on the page of %s, and escapes it", (_name, page) => {
  expect(page).toContain('intro-otel</a> <span class="soft owner">Ada &lt;L.&gt;</span>');
});

test('shows no name in a lab without one', () => {
  expect(coursePage('a/b')).not.toContain('owner');
});

test('uses each id only once on a page', () => {
  const ids = [...coursePage('a/b').matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(ids).toEqual([...new Set(ids)]);
});

test('leads people who come through the portal to Explore, because Jaeger has no pages there', () => {
  const page = labPage('auto', { portal: 'learner' });
  expect(page).toContain('<a href="./explore">Explore</a> shows the same traces');
  expect(page).not.toContain('every trace, with search and graphs');
  expect(labPage('auto')).toContain('every trace, with search and graphs');
});

test.each([
  ['a learner who comes through the portal', { portal: 'learner' }, true],
  ['an instructor who looks in', { portal: 'instructor' }, false],
  ['a lab without a portal', {}, false],
] as const)('adds the bar of the class only where people take part in one: %s', (_who, viewer, hasBar) => {
  for (const page of [coursePage('a/b', viewer), explorePage('a/b', viewer), labPage('auto', viewer)]) {
    const found = [/<body[^>]* data-class[ >]/, /src="\.\/assets\/class\.js"/, /href="\.\/assets\/class-bar\.css"/];
    expect(found.map((one) => one.test(page))).toEqual([hasBar, hasBar, hasBar]);
  }
});
