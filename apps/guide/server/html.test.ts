import { html } from './html.ts';

test('what is put in is escaped', () => {
  expect(html`<p title="${'"'}">${'<script>&'}</p>`.text).toBe('<p title="&quot;">&lt;script&gt;&amp;</p>');
});

test('HTML within HTML stays HTML, lists are joined, and undefined is nothing', () => {
  expect(html`<ul>${['a', 'b'].map((item) => html`<li>${item}</li>`)}</ul>${undefined}${0}`.text).toBe(
    '<ul><li>a</li><li>b</li></ul>0',
  );
});
