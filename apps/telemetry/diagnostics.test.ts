import { diagnosticsLogger } from './diagnostics.ts';

function spoken(speak: (logger: ReturnType<typeof diagnosticsLogger>, pass: (ms: number) => void) => void): string[] {
  const lines: string[] = [];
  let time = 0;
  speak(
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

test('an exception that came as JSON is told by its message, without its stack', () => {
  const text = JSON.stringify({
    stack: 'Error: connect ECONNREFUSED\n    at x',
    message: 'connect ECONNREFUSED 127.0.0.1:4318',
    code: 'ECONNREFUSED',
  });
  expect(spoken((logger) => logger.error(text))).toEqual(['OpenTelemetry error: connect ECONNREFUSED 127.0.0.1:4318']);
});

test('an exception without a message is told by its code', () => {
  expect(spoken((logger) => logger.error('{"code":"ECONNREFUSED"}'))).toEqual(['OpenTelemetry error: ECONNREFUSED']);
});

test('the same words are said once a minute', () => {
  const lines = spoken((logger, pass) => {
    logger.warn('no');
    pass(59_000);
    logger.warn('no');
    pass(2_000);
    logger.warn('no');
  });
  expect(lines).toEqual(['OpenTelemetry warning: no', 'OpenTelemetry warning: no']);
});

test('details are kept to themselves', () => {
  expect(
    spoken((logger) => {
      logger.info('x');
      logger.debug('x');
      logger.verbose('x');
    }),
  ).toEqual([]);
});

test('an exporter of "none" is a wish, not a warning', () => {
  expect(spoken((logger) => logger.warn('OTEL_TRACES_EXPORTER contains "none". SDK will not be initialized.'))).toEqual(
    [],
  );
});
