import { hintFor } from './attribute-search.ts';

const traces = [
  { 'arcade:http.response.status_code': ['200'], 'prizes:resource.service.version': ['2.0.0'] },
  { 'arcade:http.response.status_code': ['500'], 'arcade:roll': ['1', '2', '3', '4', '5', '6'] },
];

test.each([
  [
    'status_code',
    'No trace has the attribute status_code. Similar ones are: http.response.status_code. ' +
      'Write a name and a value, such as http.response.status_code=200, or a name alone.',
  ],
  [
    'Status_code: 500',
    /^No trace has the attribute Status_code: 500\. Similar ones are: http\.response\.status_code\. /,
  ],
  [
    'colour',
    /^No trace has the attribute colour\. Write a name and a value, such as http\.\S+=200, or a name alone\.$/,
  ],
  [
    'error=true',
    /^No trace has the attribute error\. For failed traces, choose “Only failed”\. Write .* such as \S+=200,/,
  ],
  [
    '=500',
    'Expected name=value, found “=500”. A value without a name is not searched. Write http.response.status_code=500.',
  ],
  ['500', /^No attribute is called 500\. It is a value, .* Write http\.response\.status_code=500\.$/],
  ['>=400', /^Expected name=value, found “>=400”\. Only = is searched, .* Write http\.response\.status_code=200\.$/],
  [
    'http.response.status_code>500',
    /found “\S+>500”\. Only = is searched, .* Write http\.response\.status_code=500\.$/,
  ],
  ['roll!=5', /found “roll!=5”\. Only = is searched, .* Write roll=5\.$/],
  ['prizes:service.version=1', 'No trace has prizes:service.version=1. Its values are: 2.0.0.'],
  ['prizes:service.version=2.0.0', ''],
  ['http.response.status_code=501', 'No trace has http.response.status_code=501. Its values are: 200, 500.'],
  ['service.version=2.0.0 & roll=9', 'No trace has roll=9. Its values are: 1, 2, 3, 4, 5, ….'],
  ['service.version=2.0.0 & roll=1', ''],
  ['roll', ''],
])('says why no trace fits %s', (text, hint) => {
  expect(hintFor(text, traces)).toEqual(typeof hint === 'string' ? hint : expect.stringMatching(hint));
});
