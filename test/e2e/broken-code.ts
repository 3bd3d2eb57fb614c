// Lines of code that break dice, and the message that the guide must show for each.

const EATS = 'const kept: Buffer[] = []; for (;;) kept.push(Buffer.alloc(8 * 1024 * 1024, 1));';

/**
 * Lines that go before the line that starts the server. Each row: what the code does, the line, the message, and
 * whether the message names the line number.
 */
export const brokenAtStart: readonly [what: string, line: string, says: RegExp, hasLine: boolean][] = [
  ['does not parse', 'const = 1;', /^your code does not parse, at line \d+: SyntaxError/, true],
  ['throws', "throw new Error('no dice');", /^your code throws an error, at line \d+: Error: no dice/, true],
  ['ends with an error code', 'process.exit(3);', /^your code calls process\.exit\(3\), at line \d+\. A server /, true],
  [
    'ends without an error code',
    'process.exit();',
    /^your code calls process\.exit\(\), at line \d+\. A server /,
    true,
  ],
  [
    'uses more and more memory',
    EATS,
    /^dice was killed for using more than 160 MiB .*: what grows without end\?.* press Run\.$/,
    false,
  ],
  [
    'prints 100 MB at once',
    "for (let line = 0; line < 100 * 1024; line++) console.log('x'.repeat(1023));",
    /^dice was killed for using more than 160 MiB .*printed faster/,
    false,
  ],
  [
    'loops without end',
    'for (;;) {}',
    /^dice runs, but takes no connections.*: a loop that never ends.* Fix it and press Run\. Until then the old dice/,
    false,
  ],
];

/** Lines that go into the handler of /visit. Each row also has the answer that a visit gets. */
export const brokenInVisit: readonly [what: string, line: string, says: RegExp, answer: RegExp, hasLine: boolean][] = [
  [
    'throws from a timer, outside of any try block',
    "  return void setTimeout(() => { throw new Error('later'); });",
    /your code throws an error, at line \d+: Error: later/,
    /^0 the connection broke off/,
    true,
  ],
  [
    'ends the process',
    '  process.exit(1);',
    /your code calls process\.exit\(1\), at line \d+\./,
    /^0 the connection broke off/,
    true,
  ],
  [
    'uses more and more memory',
    `  ${EATS}`,
    /dice was killed for using more than 160 MiB/,
    /^0 the connection broke off/,
    false,
  ],
  [
    'loops without end',
    '  for (;;) {}',
    /takes no connections.*: a loop that never ends|no longer answered: a loop that never ends/,
    /^0 no answer within 5 s\. A loop that never ends\?/,
    false,
  ],
];
