import { exitCalled, startFailure } from './failure.ts';

const source = '/app/dice/app.ts';

test("removes a mounted ConfigMap's link folders and the stack frames outside the learner's code from errors", () => {
  const stack = [
    'ReferenceError: nope is not defined',
    '    at file:///app/dice/..2026_11_22_16_00_00.123/app.ts:3:19',
    '    at ModuleJob.run (node:internal/modules/esm/module_job:561:25)',
    '    at next (/app/node_modules/router/index.js:1:1)',
  ].join('\n');
  expect(startFailure(source, stack).split('\n')).toEqual([
    "dice can't start: its code /app/dice/app.ts has an error.",
    'ReferenceError: nope is not defined',
    '    at /app/dice/app.ts:3:19',
  ]);
});

test('shows the line of code that has a syntax error, with the mark ^ under the mistake', () => {
  const stack = 'file:///app/dice/app.ts:3\n\nconst b = ;\n          ^\n\nSyntaxError: Expression expected\n';
  expect(startFailure(source, stack)).toBe(
    [
      "dice can't start: its code /app/dice/app.ts has an error.",
      '/app/dice/app.ts:3',
      'const b = ;',
      '          ^',
      'SyntaxError: Expression expected',
    ].join('\n'),
  );
});

test("reports the line of the learner's code that called process.exit, and ignores calls by other code", () => {
  const stack = [
    'Error',
    '    at process.exit (file:///app/dice.js:20:52)',
    '    at file:///app/dice/..2026_11_22_16_00_00.123/app.ts:32:9',
    '    at next (/app/node_modules/router/index.js:1:1)',
  ];
  expect(exitCalled(source, stack.join('\n'), 3)).toBe(
    'dice ends: your code calls process.exit(3)\n    at /app/dice/app.ts:32:9',
  );
  expect(exitCalled(source, stack.filter((line) => !line.includes('app.ts')).join('\n'), undefined)).toBeUndefined();
});
