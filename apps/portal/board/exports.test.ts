import { answersTable, csvOf, markdownOf, progressTable } from './exports.ts';

const person = (name: string, passed: readonly string[] = []) =>
  ({ seat: `otel-${name}`, name, isClaimed: true, state: 'Ready', passed, needs: 'nothing' }) as const;
const steps = [
  { id: '01-set-up', number: 1 },
  { id: '06-manual', number: 6 },
];

test('writes who has passed what as CSV', () => {
  const free = { ...person('free'), isClaimed: false };
  const csv = csvOf(progressTable({ people: [person('Zoë', ['01-set-up']), free, person('Ada')], steps }));
  expect(csv.split('\r\n')).toEqual([
    '\ufeff"name","seat","passed","of","step","last activity","last finding","01-set-up","06-manual"',
    '"Ada","otel-Ada",0,2,,,,"",""',
    '"Zoë","otel-Zoë",1,2,,,,"yes",""',
    '',
  ]);
});

/** Returns the only cell of a table with this text, as CSV. */
const cell = (text: string): string => csvOf({ head: ['a'], rows: [[text]] }).slice('\ufeff"a"\r\n'.length);

test.each(['=1+1', '+1', '-1', '@SUM(A1)', ' =1', '"=1', '＝1+1', '=HYPERLINK("http://evil.example","x")'])(
  'lets a spreadsheet take %j for no formula',
  (text) => expect(cell(text)).toBe(`"'${text.replaceAll('"', '""')}"\r\n`),
);

test.each([
  ['\t=1', "' =1"],
  ['\n=1', "' =1"],
  ['a;=1+1', "a;'=1+1"],
  ['a; @SUM(A1)', "a;' @SUM(A1)"],
  ['a;"=1', 'a;\'""=1'],
  ['a;\t+1', "a;' +1"],
  ['a\t=1', 'a =1'],
  ['a\r\n-1', 'a -1'],
  ['a=1; b-2', 'a=1; b-2'],
])('lets no spreadsheet begin a formula within %j', (text, written) => expect(cell(text)).toBe(`"${written}"\r\n`));

test('keeps quotes and commas within a cell', () => expect(cell('x "y", z')).toBe('"x ""y"", z"\r\n'));

test('makes neither HTML nor links nor images of answers in Markdown', () => {
  const answers = [
    { text: '<img src=x onerror=alert(1)> | ![a](http://evil.example)\n# x', count: 2, names: ['*Ada*'] },
  ];
  const text = markdownOf('Answers of otel', answersTable([{ id: 'a', question: 'Why?', answers }]));
  expect(text.split('\n')).toEqual([
    '\\# Answers of otel'.slice(1),
    '',
    '| question | answer | count | names |',
    '| --- | --- | --- | --- |',
    '| Why? | \\<img src\\=x onerror\\=alert\\(1\\)\\> \\| \\!\\[a\\]\\(http\\://evil\\.example\\) \\# x | 2 | \\*Ada\\* |',
    '',
  ]);
});
