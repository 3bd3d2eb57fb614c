// Solutions of step 7 that write events and exceptions as log records within the span. OpenTelemetry deprecates the
// methods of spans for them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { edited } from '../../harness/check-harness.ts';
import type { Solution } from '../../harness/check-harness.ts';

const app = readFileSync(join(import.meta.dirname, 'files', 'app.ts'), 'utf8');
const EVENT = "      rollSpan.addEvent('rolled', { 'roll.value': result });\n";
const EXCEPTION = '      rollSpan.recordException(error as Error);\n';
const IMPORT = "import { SpanStatusCode, trace } from '@opentelemetry/api';";
const LOGS = "import { logs, SpanStatusCode, trace } from '@opentelemetry/api';";

/** Returns the code of the step with log records in place of the span's methods. Without a record, the call stays. */
const code = ({ event = '', exception = '', more = [] }: Parts) =>
  edited(
    app,
    [IMPORT, LOGS],
    ['const app = express();', "const logger = logs.getLogger('dice');\nconst app = express();"],
    ...(event ? [[EVENT, `      ${event}\n`] as [string, string]] : []),
    ...(exception ? [[EXCEPTION, `      ${exception}\n`] as [string, string]] : []),
    ...more,
  );

interface Parts {
  readonly event?: string;
  readonly exception?: string;
  readonly more?: [from: string, to: string][];
}

const rolled = "logger.emit({ eventName: 'rolled', attributes: { 'roll.value': result } });";
const failed = "logger.emit({ eventName: 'exception', exception: error });";
const manual = (...lines: string[]) => ['INSTRUMENTATION=manual', ...lines].join('\n');
const both = code({ event: rolled, exception: failed });

/** Code whose spans are never active, and whose records name their context. */
const explicit = edited(
  app,
  [IMPORT, "import { context, logs, SpanStatusCode, trace } from '@opentelemetry/api';"],
  [
    app.slice(app.indexOf('function doRoll'), app.indexOf('app.listen')),
    `function doRoll(sides: number): number {
  const span = trace.getTracer('dice').startSpan('do_roll', { attributes: { 'roll.sides': sides } });
  const own = { context: trace.setSpan(context.active(), span) };
  const logger = logs.getLogger('dice', '1.0.0');
  try {
    if (!(sides >= 1)) throw new RangeError('no sides');
    const value = Math.ceil(Math.random() * sides) || 1;
    span.setAttribute('roll.value', value);
    logger.emit({ ...own, severityText: 'INFO', body: 'rolled', attributes: { value } });
    return value;
  } catch (error) {
    const { name, message } = error as Error;
    logger.emit({ ...own, severityText: 'ERROR', body: 'no roll',
      attributes: { 'exception.type': name, 'exception.message': message } });
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

`,
  ],
);

/** Code of the level auto, at which a library sends what pino writes. */
const byPino = edited(
  app,
  [EVENT, "      log.info({ 'roll.value': result }, 'rolled');\n"],
  [EXCEPTION, '      log.error(error);\n'],
);

export const logRecords: Solution[] = [
  { name: 'the event and the exception as log records of the active span', right: true, files: { 'app.ts': both } },
  {
    name: 'an event as a log record, and an exception on the span',
    right: true,
    files: { 'app.ts': code({ event: rolled }) },
  },
  {
    name: 'an exception as a log record, and an event on the span',
    right: true,
    files: { 'app.ts': code({ exception: failed }) },
  },
  {
    name: 'log records that name their context, with the name in the body and the attributes of an exception',
    right: true,
    files: { 'app.ts': explicit },
  },
  {
    name: 'lines of pino, which a library sends as log records',
    right: true,
    files: { 'app.ts': byPino, 'settings.env': 'INSTRUMENTATION=auto' },
  },
  {
    name: 'log records of another service that leave once a minute',
    right: true,
    files: { 'app.ts': both, 'settings.env': manual('OTEL_SERVICE_NAME=my-dice', 'OTEL_BLRP_SCHEDULE_DELAY=60000') },
  },
  {
    name: 'log records that the Collector sends to the guide and prints as well',
    right: true,
    files: {
      'app.ts': both,
      'collector.yaml': 'service: { pipelines: { logs: { exporters: [debug, otlp_http/guide] } } }\n',
    },
  },
  {
    name: 'an event as a log record that is written before the span starts',
    right: false,
    finding: '07-span-methods/record-elsewhere',
    says: /a log record “rolled” without a span.*within the function that startActiveSpan calls/,
    files: {
      'app.ts': code({
        event: '// rolled: see the route',
        more: [
          [
            '    response.send(String(doRoll(',
            "    logger.emit({ eventName: 'rolled', attributes: { at: 1 } });\n    response.send(String(doRoll(",
          ],
        ],
      }),
    },
  },
  {
    name: 'an event as a log record of a span of its own',
    right: false,
    finding: '07-span-methods/record-elsewhere',
    says: /a log record “rolled” of another span than do_roll/,
    files: {
      'app.ts': code({
        event: `tracer.startActiveSpan('rest', (rest) => {\n        ${rolled}\n        rest.end();\n      });`,
      }),
    },
  },
  {
    name: 'an event as a log record with a wrong name',
    right: false,
    finding: '07-span-methods/event-name',
    says: /“roll”.*Call it rolled, not roll:/,
    files: { 'app.ts': code({ event: rolled.replace("'rolled'", "'roll'") }) },
  },
  {
    name: 'an event as a log record without attributes',
    right: false,
    finding: '07-span-methods/event-empty',
    says: /the log record, without any attribute.*attributes: \{/,
    files: { 'app.ts': code({ event: "logger.emit({ eventName: 'rolled' });" }) },
  },
  {
    name: 'an event as a log record that is never sent',
    right: false,
    finding: '07-span-methods/no-event',
    says: /no event on do_roll.*a log record: OTEL_LOGS_EXPORTER is none: nothing is sent.*Set OTEL_LOGS_EXPORTER=otlp/,
    files: { 'app.ts': both, 'settings.env': manual('OTEL_LOGS_EXPORTER=none') },
  },
  {
    name: 'an event as a log record that the Collector only prints',
    right: false,
    finding: '07-span-methods/no-event',
    says: /collector\.yaml, line 4: the pipeline logs .* debug only.*Write exporters: \[debug, otlp_http.guide\]/,
    files: { 'app.ts': both, 'collector.yaml': 'service:\n  pipelines:\n    logs:\n      exporters: [debug]\n' },
  },
  {
    name: 'an event as a line of pino, which nothing sends at the level manual',
    right: false,
    finding: '07-span-methods/no-event',
    says: /no event on do_roll.*emit a log record with eventName 'rolled'/,
    files: { 'app.ts': byPino },
  },
  {
    name: 'an exception as a log record that has its text only',
    right: false,
    finding: '07-span-methods/exception-empty',
    says: /the log record, with neither exception\.message nor exception\.type.*with exception: error/,
    files: { 'app.ts': code({ exception: "logger.emit({ eventName: 'exception', body: String(error) });" }) },
  },
  {
    name: 'an exception as a log record whose body is the text of the error',
    right: false,
    finding: '07-span-methods/no-exception',
    says: /the log record “RangeError: a die needs .*emit a log record with exception: error/,
    files: { 'app.ts': code({ exception: 'logger.emit({ severityNumber: 17, body: String(error) });' }) },
  },
  {
    name: 'an exception as a log record that the route writes, outside of the span',
    right: false,
    finding: '07-span-methods/record-elsewhere',
    says: /a log record “exception” without a span/,
    files: {
      'app.ts': code({
        exception: '// see the route',
        more: [
          [
            '    response.status(400).send(String(error));',
            '    logger.emit({ exception: error });\n    response.status(400).send(String(error));',
          ],
        ],
      }),
    },
  },
];
