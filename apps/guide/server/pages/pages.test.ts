import { coursePage } from './course.ts';
import { labPage } from './lab.ts';
import { whyPage } from './why.ts';

test.each([
  ['/', coursePage('a/b')],
  ['/lab', labPage('auto')],
  ['/why', whyPage()],
])('renders %s without inline code or foreign links, and with a single h1', (path, page) => {
  expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(page).not.toMatch(/(src|href|action)="(https?:)?\/\//);
  expect(page).not.toMatch(/ style="|<style| on[a-z]+="|<script(?! type="module" src="\/assets\/)/);
  expect(page.match(/<h1>/g)).toHaveLength(1);
  expect(page).toContain(`<a href="${path}" aria-current="page">`);
});

test("escapes the lab's name", () => {
  expect(coursePage('"><script>')).toContain('data-lab="&quot;&gt;&lt;script&gt;"');
});

test('uses each id once per page', () => {
  const ids = [...coursePage('a/b').matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(ids).toEqual([...new Set(ids)]);
});
