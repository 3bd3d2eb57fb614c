// Wrong solutions of step 7: mistakes that people make who have read only the step's text.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { edited } from '../../harness/check-harness.ts';
import type { Solution } from '../../harness/check-harness.ts';

const app = readFileSync(join(import.meta.dirname, 'files', 'app.ts'), 'utf8');
const changed = (...changes: [string, string][]) => ({ files: { 'app.ts': edited(app, ...changes) } });
const ROUTE = 'response.send(String(doRoll(Number(request.query.sides ?? 6))));';
const STATUS = '      rollSpan.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });\n';
const EVENT = "      rollSpan.addEvent('rolled', { 'roll.value': result });\n";
const BEGIN = "  return tracer.startActiveSpan('do_roll', (rollSpan) => {\n";
const SIDES = "  trace.getActiveSpan()?.setAttribute('roll.sides', sides);\n";

export const mistakes: Solution[] = [
  {
    name: 'the number of sides checked in the route, so that no span tells of it',
    right: false,
    finding: '07-span-methods/no-failed-span',
    says: /a span do_roll for .rolldice.sides=0 too\. Found: no do_roll for it: it was never started, or never ended/,
    ...changed([
      ROUTE,
      `const sides = Number(request.query.sides ?? 6);\n    if (sides < 1) throw new Error('no');\n    ${ROUTE}`,
    ]),
  },
  {
    name: 'no span for a die of 20 sides',
    right: false,
    finding: '07-span-methods/no-span',
    says: /no do_roll for 2 of \d+ rolls.*Start it in each call/,
    ...changed([BEGIN, `  if (sides === 20) return 7;\n${BEGIN}`]),
  },
  {
    name: 'a second span for each roll',
    right: false,
    finding: '07-span-methods/several',
    says: /several spans do_roll in one roll/,
    ...changed([BEGIN, `${BEGIN}    tracer.startSpan('do_roll').end();\n`]),
  },
  {
    name: 'the event added after the end of the span',
    right: false,
    finding: '07-span-methods/no-event',
    says: /no event/,
    ...changed(
      [EVENT, ''],
      ['      rollSpan.end();\n', "      rollSpan.end();\n      rollSpan.addEvent('rolled', { sides });\n"],
    ),
  },
  {
    name: 'the event on a span of its own',
    right: false,
    finding: '07-span-methods/no-event',
    says: /no event/,
    ...changed([
      EVENT,
      "      const rest = tracer.startSpan('rest');\n      rest.addEvent('rolled', { result });\n      rest.end();\n",
    ]),
  },
  {
    name: 'a bare code as the status',
    right: false,
    finding: '07-span-methods/no-error-status',
    says: /status unset/,
    ...changed([STATUS, '      rollSpan.setStatus(SpanStatusCode.ERROR as never);\n']),
  },
  {
    name: "the deck's attribute error in place of the status",
    right: false,
    finding: '07-span-methods/no-error-status',
    says: /status unset.*replaced the deck's attribute error/,
    ...changed([STATUS, "      rollSpan.setAttribute('error', true);\n"]),
  },
  {
    name: 'the status set after the end of the span',
    right: false,
    finding: '07-span-methods/no-error-status',
    says: /status unset/,
    ...changed(
      [STATUS, ''],
      [
        '      rollSpan.end();\n',
        '      rollSpan.end();\n      if (sides < 1) rollSpan.setStatus({ code: SpanStatusCode.ERROR });\n',
      ],
    ),
  },
  {
    name: 'a die that rolls from 0',
    right: false,
    finding: '07-span-methods/die',
    chance: true,
    says: /0 as the answer to .rolldice/,
    ...changed(['Math.floor(Math.random() * sides) + 1', 'Math.floor(Math.random() * sides)']),
  },
  {
    name: 'roll.sides set in the route, where the span is not the current one',
    right: false,
    finding: '07-span-methods/no-sides',
    says: /roll\.sides/,
    ...changed(
      [SIDES, ''],
      [ROUTE, `${SIDES.trim().replace('sides)', 'Number(request.query.sides ?? 6))')}\n    ${ROUTE}`],
    ),
  },
  {
    name: 'an answer that has 400 as its text',
    right: false,
    finding: '07-span-methods/answer',
    says: /400.*status 200/,
    ...changed(['response.status(400).send(String(error))', "response.send('400 Bad Request')"]),
  },
  {
    name: 'an error that is thrown before the try block',
    right: false,
    finding: 'code/never-ended',
    says: /finally/,
    ...changed([
      '    try {\n      checkSides',
      '    if (sides === 0) throw new Error("no sides");\n    try {\n      checkSides',
    ]),
  },
  {
    name: 'no number of sides if the request names none',
    right: false,
    finding: 'pod/error-status',
    hop: 'pod',
    ...changed(['Number(request.query.sides ?? 6)', 'Number(request.query.sides)']),
    says: /status 400/,
  },
  {
    name: 'an exception without a word',
    right: false,
    finding: '07-span-methods/no-exception',
    says: /recordException/,
    ...changed(['rollSpan.recordException(error as Error)', "rollSpan.recordException('')"]),
  },
  {
    name: 'an event with a capital letter',
    right: false,
    finding: '07-span-methods/event-name',
    says: /“Rolled”.*Call it rolled, not Rolled/,
    ...changed(["addEvent('rolled'", "addEvent('Rolled'"]),
  },
];
