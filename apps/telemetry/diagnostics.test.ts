import { DiagLogLevel } from '@opentelemetry/api';
import type { DiagLogger } from '@opentelemetry/api';
import { diagnosticsLogger, recordingLogger } from './diagnostics.ts';

type Logger = ReturnType<typeof diagnosticsLogger>;

/**
 * Calls `use` with a logger, and with the function `advance`, which moves the logger's clock forward. Returns the lines
 * that the logger has written.
 */
function linesWritten(use: (logger: Logger, advance: (ms: number) => void) => void): string[] {
  const lines: string[] = [];
  let time = 0;
  use(
    diagnosticsLogger(
      (line) => lines.push(line),
      () => time,
    ),
    (ms) => {
      time += ms;
    },
  );
  return lines;
}

test('prints only the message of an OpenTelemetry error that is JSON with a stack trace', () => {
  const text = JSON.stringify({
    stack: 'Error: connect ECONNREFUSED\n    at x',
    message: 'connect ECONNREFUSED 127.0.0.1:4318',
    code: 'ECONNREFUSED',
  });
  expect(linesWritten((logger) => logger.error(text))).toEqual([
    'OpenTelemetry error: connect ECONNREFUSED 127.0.0.1:4318',
  ]);
});

test('prints the code of an OpenTelemetry error that has no message', () => {
  expect(linesWritten((logger) => logger.error('{"code":"ECONNREFUSED"}'))).toEqual([
    'OpenTelemetry error: ECONNREFUSED',
  ]);
});

test('prints the same OpenTelemetry warning at most once a minute', () => {
  const lines = linesWritten((logger, advance) => {
    logger.warn('no');
    advance(59_000);
    logger.warn('no');
    advance(2_000);
    logger.warn('no');
  });
  expect(lines).toEqual(['OpenTelemetry warning: no', 'OpenTelemetry warning: no']);
});

test('prints no OpenTelemetry messages of lower severity than warning', () => {
  expect(
    linesWritten((logger) => {
      logger.info('x');
      logger.debug('x');
      logger.verbose('x');
    }),
  ).toEqual([]);
});

test('prints no OpenTelemetry warning about the exporter "none"', () => {
  expect(
    linesWritten((logger) => logger.warn('OTEL_TRACES_EXPORTER contains "none". SDK will not be initialized.')),
  ).toEqual([]);
});

test('prints the HTTP status with which a backend refused telemetry', () => {
  expect(linesWritten((logger) => logger.error('{"message":"Not Found","code":"404"}'))).toEqual([
    'OpenTelemetry error: Not Found (HTTP status 404)',
  ]);
});

const body = 'http: request body too large';

test.each([
  ['as Protobuf', `\x08\x03\x12${String.fromCharCode(body.length)}${body}`],
  ['as JSON', JSON.stringify({ code: 3, message: body })],
  ['as a text', `${body}\n`],
])('prints the words %s with which a backend refused telemetry', (_how, data) => {
  const error = JSON.stringify({ message: 'Bad Request', code: '400', data });
  expect(linesWritten((logger) => logger.error(error))).toEqual([
    `OpenTelemetry error: Bad Request (HTTP status 400): ${body}`,
  ]);
});

test.each([
  ['NONE', []],
  ['ERROR', ['no']],
  ['WARN', ['no', 'late']],
  ['VERBOSE', ['no', 'late', 'x', 'y', 'z']],
] as const)(
  'records errors and warnings of OpenTelemetry with the log level %s, and prints what it asks for',
  (...[level, expected]) => {
    const [printed, recorded]: [string[], string[]] = [[], []];
    const print = (text: string) => void printed.push(text);
    const printer: DiagLogger = { error: print, warn: print, info: print, debug: print, verbose: print };
    const logger = recordingLogger(printer, DiagLogLevel[level], (message) => recorded.push(message));
    logger.error('no');
    logger.warn('late');
    logger.info('x');
    logger.debug('y');
    logger.verbose('z');
    expect({ printed, recorded }).toEqual({ printed: expected, recorded: ['no', 'late'] });
  },
);
