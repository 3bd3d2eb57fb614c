import { trace } from '@opentelemetry/api';
import { collectSpans } from './testing/tracing.ts';
import { createLogger, withFields } from './log.ts';
import type { Logger } from './log.ts';
import { inSpan } from './tracing.ts';

collectSpans();

/** Calls `write` with a logger of this level. Returns the written lines as parsed JSON. */
function written(write: (log: Logger) => void, level?: string): Record<string, unknown>[] {
  const lines: string[] = [];
  write(createLogger(level ?? 'info', { write: (line: string) => void lines.push(line) }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('writes each log line as JSON with level, time, fields and message', () => {
  const [line] = written((log) => log.info({ seat: 'a', count: 2 }, 'Seat made'));
  expect(line).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
    seat: 'a',
    count: 2,
    msg: 'Seat made',
  });
});

test('omits lines below the log level', () => {
  const lines = written((log) => {
    log.debug({}, 'no');
    log.info({}, 'no');
    log.warn({}, 'yes');
  }, 'warn');
  expect(lines.map(({ msg }) => msg)).toEqual(['yes']);
});

test('logs a warning about an unknown log level, and uses info', () => {
  const lines = written((log) => {
    log.debug({}, 'no');
    log.info({}, 'yes');
  }, 'chatty');
  expect(lines).toMatchObject([
    { level: 'warn', msg: 'LOG_LEVEL is not a known level, using another', found: 'chatty', using: 'info' },
    { msg: 'yes' },
  ]);
});

test('accepts a log level in capitals, and uses info if the level is empty', () => {
  expect(written((log) => log.debug({}, 'yes'), 'DEBUG')).toMatchObject([{ msg: 'yes' }]);
  expect(written((log) => log.info({}, 'yes'), '')).toMatchObject([{ msg: 'yes' }]);
});

test('adds the trace id and span id of the active span to a line', async () => {
  const line = await inSpan({ tracer: trace.getTracer('test'), name: 'work' }, (span) =>
    Promise.resolve({ ids: span.spanContext(), ...written((log) => log.info({}, 'here'))[0] }),
  );
  expect(line).toMatchObject({ trace_id: line.ids.traceId, span_id: line.ids.spanId, msg: 'here' });
});

test('adds no trace id to a line outside of a span', () => {
  expect(written((log) => log.info({}, 'here'))[0]).not.toHaveProperty('trace_id');
});

test('adds the fields passed to `withFields` only to the log lines of its work, even after an await', async () => {
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

describe('a log line with a secret', () => {
  const secret = 'c2VjcmV0';

  test.each([
    ['a token', { token: secret }],
    ['an authorization header', { request: { headers: { authorization: secret } } }],
    ['an authorization header with a capital letter', { headers: { Authorization: secret } }],
    ['a kubeconfig', { made: { kubeconfig: secret } }],
    ['a client key', { user: { 'client-key-data': secret } }],
    ['a Secret', { object: { kind: 'Secret', data: { config: secret } } }],
    ['a deeply nested token', { a: { b: { c: { token: secret } } } }],
    [
      'the other properties of an error',
      { err: Object.assign(new Error('no'), { request: { headers: { authorization: secret } } }) },
    ],
    ['the properties of a thrown object that is no Error', { err: { headers: { x: secret } } }],
  ])('hides a secret in a log line: %s', (_, fields) => {
    const text = JSON.stringify(written((log) => log.info(fields, 'here')));
    expect(text).toContain('here');
    expect(text).not.toContain(secret);
  });

  test('hides a secret in the fields passed to `withFields`', () => {
    const lines = withFields({ token: secret }, () => written((log) => log.info({}, 'here')));
    expect(JSON.stringify(lines)).not.toContain(secret);
  });
});

describe('the field `err` of a log line', () => {
  const error = Object.assign(
    new TypeError('fetch failed', { cause: new AggregateError([new Error('refused')], '') }),
    { code: 'ECONNREFUSED' },
  );

  test('logs the causes of an error, but no stack', () => {
    const [line] = written((log) => log.error({ err: error }, 'Failed'));
    expect(line?.['err']).toEqual({
      type: 'TypeError',
      message: 'fetch failed',
      code: 'ECONNREFUSED',
      cause: { type: 'AggregateError', message: '', errors: [{ type: 'Error', message: 'refused' }] },
    });
  });

  test('logs the stack of an error at debug level', () => {
    const [line] = written((log) => log.error({ err: error }, 'Failed'), 'debug');
    expect(line).toMatchObject({ err: { stack: expect.stringContaining('log.test.ts') as string } });
  });

  test('logs an error that is its own cause', () => {
    const circular: Error = new Error('circular');
    circular.cause = circular;
    expect(written((log) => log.error({ err: circular }, 'Failed'))).toMatchObject([
      { err: { message: 'circular', cause: { message: 'circular' } } },
    ]);
  });

  test('logs an error whose properties throw when they are read', () => {
    const unreadable = new Error('unreadable');
    Object.defineProperty(unreadable, 'message', {
      get() {
        throw new Error('no');
      },
    });
    expect(written((log) => log.error({ err: unreadable }, 'Failed'))).toMatchObject([
      { msg: 'Failed', err: { type: 'Error' } },
    ]);
  });
});
