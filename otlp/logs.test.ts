import { logsFromOtlp, severityOf } from './logs.ts';

const ids = { traceId: 'f57e66b1293e8c104c133222cd6dfa86', spanId: '206741d040898509' };

const recordsOf = (...logRecords: unknown[]) =>
  logsFromOtlp({
    resourceLogs: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'prizes' } }] },
        scopeLogs: [{ scope: { name: 'pino' }, logRecords }],
      },
    ],
  });

test('reads a log record as the Collector writes it', () => {
  const record = {
    timeUnixNano: '1795979048066000000',
    severityNumber: 9,
    severityText: 'info',
    body: { stringValue: 'hi' },
    eventName: 'roll',
    attributes: [{ key: 'a', value: { intValue: '3' } }],
    ...ids,
  };
  expect(recordsOf(record)).toEqual([
    {
      origin: { service: 'prizes', resource: { 'service.name': 'prizes' }, scope: 'pino' },
      records: [
        {
          time: 1795979048066,
          severity: 'info',
          severityText: 'info',
          body: 'hi',
          eventName: 'roll',
          attributes: { a: 3 },
          ...ids,
        },
      ],
    },
  ]);
});

test.each([
  [undefined, 'unspecified'],
  [0, 'unspecified'],
  [1, 'trace'],
  [4, 'trace'],
  [5, 'debug'],
  [12, 'info'],
  [13, 'warn'],
  [17, 'error'],
  [24, 'fatal'],
  [25, 'unspecified'],
  [-1, 'unspecified'],
])('reads severity number %s as %s', (number, severity) => {
  expect(severityOf(number)).toBe(severity);
});

test.each([
  ['SEVERITY_NUMBER_WARN', 'warn'],
  ['SEVERITY_NUMBER_ERROR3', 'error'],
  ['18', 'error'],
  ['loud', 'unspecified'],
])('reads the severity %s as %s', (severityNumber, severity) => {
  expect(recordsOf({ severityNumber })[0]?.records[0]?.severity).toBe(severity);
});

test('uses the observed time of a record without a time', () => {
  expect(recordsOf({ observedTimeUnixNano: '1795979048066000000', timeUnixNano: '0' })[0]?.records[0]?.time).toBe(
    1795979048066,
  );
});

test('reads a body that is a map, and ignores ids that are no ids', () => {
  const body = { kvlistValue: { values: [{ key: 'roll', value: { intValue: 6 } }] } };
  expect(recordsOf({ body, traceId: 'W14=', spanId: '0000000000000000' })[0]?.records[0]).toMatchObject({
    body: { roll: 6 },
    traceId: undefined,
    spanId: undefined,
  });
});

test('skips what is no record, and reads fields of another type as missing', () => {
  const [logs] = recordsOf(null, 1, [], { attributes: { key: 1 }, severityText: 3, body: 'text', timeUnixNano: {} });
  expect(logs?.records).toEqual([
    {
      time: undefined,
      severity: 'unspecified',
      severityText: '',
      body: null,
      eventName: '',
      attributes: {},
      traceId: undefined,
      spanId: undefined,
    },
  ]);
  expect(logsFromOtlp({ resourceLogs: [1, { scopeLogs: [null, { logRecords: {} }] }] })[0]?.records).toEqual([]);
});
