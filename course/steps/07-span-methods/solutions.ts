import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { edited } from '../../harness/check-harness.ts';
import type { Solution } from '../../harness/check-harness.ts';
import { logRecords } from './log-records.ts';
import { mistakes } from './mistakes.ts';
import { styles } from './styles.ts';

const app = readFileSync(join(import.meta.dirname, 'files', 'app.ts'), 'utf8');
const ROUTE = 'response.send(String(doRoll(Number(request.query.sides ?? 6))));';
const TRY = app.slice(app.indexOf('  try {\n    response'), app.indexOf("});\n\napp.get('/server_request'"));
const NO_SIDES = `let hits = 0;

class NoSides extends Error {
  override name = 'NoSides';
  constructor(sides: number) {
    super(\`\${sides} sides\`);
  }
}`;
const changed = (...changes: [string, string][]) => ({ files: { 'app.ts': edited(app, ...changes) } });

/**
 * Code of a right solution that does not make its span active, uses no finally, and sets all attributes in one call.
 */
const inactive = edited(app, [
  app.slice(app.indexOf('function doRoll'), app.indexOf('app.listen')),
  `function doRoll(sides: number): number {
  const span = tracer.startSpan('do_roll');
  span.setAttributes({ 'roll.sides': sides });
  if (!(sides > 0)) {
    const trouble = new Error('no sides');
    span.recordException({ name: 'NoSides', message: 'no sides' });
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
    throw trouble;
  }
  const value = 1 + Math.floor(Math.random() * sides);
  span.setAttributes({ 'roll.value': value });
  span.addEvent('rolled', { 'it.took': 'a while', lucky: value > 3 });
  span.end();
  return value;
}

`,
]);

export const solutions: Solution[] = [
  ...styles,
  ...logRecords,
  ...mistakes,
  { name: "the step's own solution", right: true, chance: true },
  { name: 'a span that is never made the active span', right: true, files: { 'app.ts': inactive } },
  {
    name: 'another service name, and the roll in JSON',
    right: true,
    files: {
      'app.ts': edited(app, [ROUTE, 'response.json({ roll: doRoll(Number(request.query.sides ?? 6)) });']),
      'settings.env': 'INSTRUMENTATION=manual\nOTEL_SERVICE_NAME=my-dice',
    },
  },
  {
    name: 'the number of sides read by a helper, with a default parameter',
    right: true,
    ...changed(
      [ROUTE, 'response.send(`You rolled a ${doRoll(sidesOf(request.query.sides))}`);'],
      [
        'function doRoll(sides: number): number {',
        'const sidesOf = (text: unknown) => (text === undefined ? undefined : Number(text));\n\n' +
          'function doRoll(sides = 6): number {',
      ],
    ),
  },
  {
    name: 'an asynchronous roll',
    right: true,
    ...changed(
      ["app.get('/rolldice', (request, response) => {", "app.get('/rolldice', async (request, response) => {"],
      [ROUTE, 'response.send(String(await doRoll(Number(request.query.sides ?? 6))));'],
      ['function doRoll(sides: number): number {', 'function doRoll(sides: number): Promise<number> {'],
      [
        "tracer.startActiveSpan('do_roll', (rollSpan) => {\n    try {",
        "tracer.startActiveSpan('do_roll', async (rollSpan) => {\n    try {\n" +
          '      await new Promise((resolve) => setTimeout(resolve, 5));',
      ],
    ),
  },
  {
    name: 'an error class of its own, and a JSON answer of 400',
    right: true,
    ...changed(
      ['throw new RangeError(`a die needs a side at least, not ${sides}`)', 'throw new NoSides(sides)'],
      ['let hits = 0;', NO_SIDES],
      ['response.status(400).send(String(error));', 'response.status(400).json({ error: String(error) });'],
    ),
  },
  {
    name: 'a recorded text instead of an error, and a status without a message',
    right: true,
    ...changed(
      ['recordException(error as Error)', 'recordException(String(error))'],
      ['{ code: SpanStatusCode.ERROR, message: String(error) }', '{ code: SpanStatusCode.ERROR }'],
    ),
  },
  {
    name: 'status OK on a roll that went well',
    right: true,
    ...changed([
      '      return result;',
      '      rollSpan.setStatus({ code: SpanStatusCode.OK });\n      return result;',
    ]),
  },
  {
    name: 'spans that leave only every three seconds',
    right: true,
    files: { 'settings.env': 'INSTRUMENTATION=manual\nOTEL_BSP_SCHEDULE_DELAY=3000' },
  },
  {
    name: 'the text of the query as the number of sides',
    right: false,
    finding: '07-span-methods/sides-text',
    says: /roll.sides on do_roll, the number of sides.*string "20" for .rolldice.sides=20/,
    ...changed(['doRoll(Number(request.query.sides ?? 6))', 'doRoll((request.query.sides ?? 6) as number)']),
  },
  {
    name: 'no answer of 400, because nothing catches the error',
    right: false,
    finding: '07-span-methods/answer',
    says: /an answer of 400.*status 500.*met: status ERROR/,
    ...changed([TRY, `  ${ROUTE}\n`]),
  },
  {
    name: 'a die of six sides, whatever the request says',
    right: false,
    finding: '07-span-methods/die',
    chance: true,
    says: /as many sides as the request names/,
    ...changed(['Math.floor(Math.random() * sides)', 'Math.floor(Math.random() * 6)']),
  },
  {
    name: 'roll.sides that is always 6',
    right: false,
    finding: '07-span-methods/no-sides',
    says: /number 6 for .rolldice.sides=20/,
    ...changed(["setAttribute('roll.sides', sides)", "setAttribute('roll.sides', 6)"]),
  },
  {
    name: 'an answer of 404 for a die without sides',
    right: false,
    finding: '07-span-methods/answer',
    says: /400.*status 404/,
    ...changed(['response.status(400)', 'response.status(404)']),
  },
  {
    name: 'a roll.value that is missing',
    right: false,
    finding: '07-span-methods/value',
    says: /roll.value on do_roll.*Found: no roll\.value/,
    ...changed(["      rollSpan.setAttribute('roll.value', result);\n", '']),
  },
  {
    name: 'a roll.value of a second roll',
    right: false,
    finding: '07-span-methods/value',
    says: /dice answered/,
    ...changed(["'roll.value', result);", "'roll.value', Math.floor(Math.random() * sides) + 1);"]),
  },
  {
    name: 'the status and the exception on a span of their own',
    right: false,
    finding: '07-span-methods/no-error-status',
    says: /status unset/,
    ...changed(
      [
        '      rollSpan.recordException(error as Error);',
        "      const other = tracer.startSpan('trouble');\n      other.recordException(error as Error);",
      ],
      [
        'rollSpan.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });',
        'other.setStatus({ code: SpanStatusCode.ERROR });\n      other.end();',
      ],
    ),
  },
  {
    name: 'an exception only once in two failed rolls',
    right: false,
    finding: '07-span-methods/no-exception',
    says: /recordException/,
    ...changed([
      '      rollSpan.recordException(error as Error);',
      '      if ((hits += 1) % 2 === 0) rollSpan.recordException(error as Error);',
    ]),
  },
  { name: 'spans of the libraries in addition', right: true, files: { 'settings.env': 'INSTRUMENTATION=auto' } },
  {
    name: 'HTTP status 500 for a failed roll',
    right: false,
    finding: '07-span-methods/answer',
    says: /400.*status 500/,
    ...changed(['response.status(400)', 'response.status(500)']),
  },
  {
    name: 'a span without roll.sides',
    right: false,
    finding: '07-span-methods/no-sides',
    says: /roll.sides/,
    ...changed(["  trace.getActiveSpan()?.setAttribute('roll.sides', sides);\n", '']),
  },
  {
    name: 'roll.sides as a string',
    right: false,
    finding: '07-span-methods/sides-text',
    says: /string/,
    ...changed(["'roll.sides', sides", "'roll.sides', String(sides)"]),
  },
  {
    name: 'a span without an event',
    right: false,
    finding: '07-span-methods/no-event',
    says: /no event/,
    ...changed(["      rollSpan.addEvent('rolled', { 'roll.value': result });\n", '']),
  },
  {
    name: 'an event with a wrong name',
    right: false,
    finding: '07-span-methods/event-name',
    says: /“roll”/,
    ...changed(["addEvent('rolled'", "addEvent('roll'"]),
  },
  {
    name: 'an event without attributes',
    right: false,
    finding: '07-span-methods/event-empty',
    says: /the event, without any attribute/,
    ...changed([", { 'roll.value': result });\n", ');\n']),
  },
  {
    name: 'a recorded exception without an error status',
    right: false,
    finding: '07-span-methods/no-error-status',
    says: /status unset/,
    ...changed(['      rollSpan.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });\n', '']),
  },
  {
    name: 'an error status without a recorded exception',
    right: false,
    finding: '07-span-methods/no-exception',
    says: /recordException/,
    ...changed(['      rollSpan.recordException(error as Error);\n', '']),
  },
  {
    name: 'an error status on every roll, even if it succeeds',
    right: false,
    finding: '07-span-methods/status-always',
    says: /went well/,
    ...changed([
      '      return result;',
      '      rollSpan.setStatus({ code: SpanStatusCode.ERROR });\n      return result;',
    ]),
  },
  {
    name: 'an error that the code catches and ignores',
    right: false,
    finding: '07-span-methods/answer',
    says: /400.*status 200/,
    ...changed(['      throw error;', '      return 0;']),
  },
  {
    name: 'a span that never ends if the roll fails',
    right: false,
    finding: 'code/never-ended',
    says: /finally/,
    ...changed(
      ['      throw error;\n    } finally {\n      rollSpan.end();\n    }', '      throw error;\n    }'],
      ['      return result;', '      rollSpan.end();\n      return result;'],
    ),
  },
  {
    name: 'the solution of the previous step',
    right: false,
    finding: '07-span-methods/die',
    says: /as many sides/,
    files: { 'app.ts': readFileSync(join(import.meta.dirname, '..', '06-manual', 'files', 'app.ts'), 'utf8') },
  },
];
