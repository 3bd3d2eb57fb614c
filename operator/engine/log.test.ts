import { collectSpans } from './testing/tracing.ts';
import { createLogger, withFields } from './log.ts';
import type { Logger } from './log.ts';
import { inSpan } from './tracing.ts';

collectSpans();

/** What is written, parsed. */
function written(write: (log: Logger) => void, level?: string): Record<string, unknown>[] {
  const lines: string[] = [];
  write(createLogger(level ?? 'info', { write: (line: string) => void lines.push(line) }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('a line is JSON with level, time, fields and message', () => {
  const [line] = written((log) => log.info({ seat: 'a', count: 2 }, 'Seat made'));
  expect(line).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
    seat: 'a',
    count: 2,
    msg: 'Seat made',
  });
});

test('what is below the level is not written', () => {
  const lines = written((log) => {
    log.debug({}, 'no');
    log.info({}, 'no');
    log.warn({}, 'yes');
  }, 'warn');
  expect(lines.map(({ msg }) => msg)).toEqual(['yes']);
});

test('a level that there is not is said, and info taken instead', () => {
  const lines = written((log) => {
    log.debug({}, 'no');
    log.info({}, 'yes');
  }, 'chatty');
  expect(lines).toMatchObject([
    { level: 'warn', msg: 'LOG_LEVEL is not a level', found: 'chatty', using: 'info' },
    { msg: 'yes' },
  ]);
});

test('a level in capitals, or left empty, is fine', () => {
  expect(written((log) => log.debug({}, 'yes'), 'DEBUG')).toMatchObject([{ msg: 'yes' }]);
  expect(written((log) => log.info({}, 'yes'), '')).toMatchObject([{ msg: 'yes' }]);
});

test('a line that is written in a span carries its ids', async () => {
  const line = await inSpan('work', {}, (span) =>
    Promise.resolve({ ids: span.spanContext(), ...written((log) => log.info({}, 'here'))[0] }),
  );
  expect(line).toMatchObject({ trace_id: line.ids.traceId, span_id: line.ids.spanId, msg: 'here' });
});

test('a line that is written outside of any span carries none', () => {
  expect(written((log) => log.info({}, 'here'))[0]).not.toHaveProperty('trace_id');
});

test('fields of the work are on every line of it, also after waiting, and on no other', async () => {
  const line = (): Record<string, unknown> => written((log) => log.info({ own: 1 }, 'here'))[0] ?? {};
  const within = await withFields({ controller: 'seat' }, () =>
    withFields({ key: 'a' }, async () => {
      await Promise.resolve();
      return line();
    }),
  );
  expect(within).toMatchObject({ controller: 'seat', key: 'a', own: 1 });
  expect(line()).not.toHaveProperty('key');
});

describe('no secret is written', () => {
  const secret = 'c2VjcmV0';

  test.each([
    ['a token', { token: secret }],
    ['an authorization header', { request: { headers: { authorization: secret } } }],
    ['the same in capitals', { headers: { Authorization: secret } }],
    ['a kubeconfig', { made: { kubeconfig: secret } }],
    ['a client key', { user: { 'client-key-data': secret } }],
    ['a Secret', { object: { kind: 'Secret', data: { config: secret } } }],
    ['a token deep inside', { a: { b: { c: { token: secret } } } }],
    [
      'what an error carries with it',
      { err: Object.assign(new Error('no'), { request: { headers: { authorization: secret } } }) },
    ],
    ['an object that was thrown', { err: { headers: { x: secret } } }],
  ])('%s', (_, fields) => {
    const text = JSON.stringify(written((log) => log.info(fields, 'here')));
    expect(text).toContain('here');
    expect(text).not.toContain(secret);
  });

  test('nor among the fields of the work', () => {
    const lines = withFields({ token: secret }, () => written((log) => log.info({}, 'here')));
    expect(JSON.stringify(lines)).not.toContain(secret);
  });
});

describe('an error', () => {
  const error = Object.assign(
    new TypeError('fetch failed', { cause: new AggregateError([new Error('refused')], '') }),
    { code: 'ECONNREFUSED' },
  );

  test('is told with its causes and without a stack', () => {
    const [line] = written((log) => log.error({ err: error }, 'Failed'));
    expect(line?.['err']).toEqual({
      type: 'TypeError',
      message: 'fetch failed',
      code: 'ECONNREFUSED',
      cause: { type: 'AggregateError', message: '', errors: [{ type: 'Error', message: 'refused' }] },
    });
  });

  test('is told with its stack at debug', () => {
    const [line] = written((log) => log.error({ err: error }, 'Failed'), 'debug');
    expect(line).toMatchObject({ err: { stack: expect.stringContaining('log.test.ts') as string } });
  });

  test('that causes itself is told all the same', () => {
    const round: Error = new Error('round');
    round.cause = round;
    expect(written((log) => log.error({ err: round }, 'Failed'))).toMatchObject([
      { err: { message: 'round', cause: { message: 'round' } } },
    ]);
  });

  test('that can not be read is told all the same', () => {
    const odd = new Error('odd');
    Object.defineProperty(odd, 'message', {
      get() {
        throw new Error('no');
      },
    });
    expect(written((log) => log.error({ err: odd }, 'Failed'))).toMatchObject([
      { msg: 'Failed', err: { type: 'Error' } },
    ]);
  });
});
