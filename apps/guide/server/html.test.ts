import { html } from './html.ts';

test('escapes text that is inserted into an HTML template', () => {
  expect(html`<p title="${'"'}">${'<script>&'}</p>`.text).toBe('<p title="&quot;">&lt;script&gt;&amp;</p>');
});

test('inserts HTML values unescaped, joins lists, and renders undefined as an empty string', () => {
  expect(html`<ul>${['a', 'b'].map((item) => html`<li>${item}</li>`)}</ul>${undefined}${0}`.text).toBe(
    '<ul><li>a</li><li>b</li></ul>0',
  );
});
