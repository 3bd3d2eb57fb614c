import { reasonOfFailure } from './failed-run.ts';

const texts = { 'app.ts': 'one\n\nthrow new Error();\n', 'settings.env': '' };

test.each([
  [
    'the line of an error',
    {
      kind: 'error',
      text: "dice can't start: its code /app/dice/app.ts has an error.\nError: no luck\n    at /app/dice/app.ts:3:7",
    },
    { file: 'app.ts', line: 3, message: /throws an error, at line 3: Error: no luck\. The code of before serves/ },
  ],
  [
    'the line of a loop',
    { kind: 'loop', text: 'x', line: 2 },
    { file: 'app.ts', line: 2, message: /^a loop that never ends/ },
  ],
  [
    'a missing port',
    { kind: 'silent', text: 'found one on no port' },
    { file: 'app.ts', message: /on no port\. The code/ },
  ],
  [
    'a wrong setting',
    { kind: 'error', text: 'INSTRUMENTATION is "x"' },
    { file: 'settings.env', message: /INSTRUMENTATION/ },
  ],
  [
    'a killed container',
    { kind: 'ended', text: 'the container ended' },
    { file: 'app.ts', message: /^the container ended\./ },
  ],
])('says in words: %s', (_name, failed, { message, ...place }) => {
  const reason = reasonOfFailure({ n: 7, ...failed }, texts);
  expect(reason).toMatchObject(place);
  expect(reason.message).toMatch(message);
});
