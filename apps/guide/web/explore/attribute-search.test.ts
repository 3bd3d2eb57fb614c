import { hintFor } from './attribute-search.ts';

const traces = [
  { 'arcade:http.response.status_code': ['200'], 'prizes:resource.service.version': ['2.0.0'] },
  { 'arcade:http.response.status_code': ['500'], 'arcade:roll': ['1', '2', '3', '4', '5', '6'] },
];

test.each([
  ['status_code', 'No trace has the attribute status_code. Similar ones are: http.response.status_code.'],
  ['Status_code: 500', 'No trace has the attribute Status_code: 500. Similar ones are: http.response.status_code.'],
  ['colour', /^No trace has the attribute colour\. Write a name and a value, such as \S+, or a name alone\.$/],
  ['http.response.status_code=501', 'No trace has http.response.status_code=501. Its values are: 200, 500.'],
  ['service.version=2.0.0 & roll=9', 'No trace has roll=9. Its values are: 1, 2, 3, 4, 5, ….'],
  ['service.version=2.0.0 & roll=1', ''],
  ['roll', ''],
])('says why no trace fits %s', (text, hint) => {
  expect(hintFor(text, traces)).toEqual(typeof hint === 'string' ? hint : expect.stringMatching(hint));
});
