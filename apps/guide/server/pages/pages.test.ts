import { coursePage } from './course.ts';
import { labPage } from './lab.ts';
import { whyPage } from './why.ts';

test.each([
  ['/', coursePage('a/b')],
  ['/lab', labPage('auto')],
  ['/why', whyPage()],
])('%s has nothing inline, nothing from elsewhere, and one heading of the first level', (path, page) => {
  expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(page).not.toMatch(/(src|href|action)="(https?:)?\/\//);
  expect(page).not.toMatch(/ style="|<style| on[a-z]+="|<script(?! type="module" src="\/assets\/)/);
  expect(page.match(/<h1>/g)).toHaveLength(1);
  expect(page).toContain(`<a href="${path}" aria-current="page">`);
});

test('the name of a lab is text, whatever it holds', () => {
  expect(coursePage('"><script>')).toContain('data-lab="&quot;&gt;&lt;script&gt;"');
});

test('an id is on a page once', () => {
  const ids = [...coursePage('a/b').matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(ids).toEqual([...new Set(ids)]);
});
