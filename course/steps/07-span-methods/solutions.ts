import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { edited } from '../../harness/check-harness.ts';
import type { Solution } from '../../harness/check-harness.ts';

const app = readFileSync(join(import.meta.dirname, 'files', 'app.ts'), 'utf8');
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
  { name: "the step's own solution", right: true },
  { name: 'a span that is never made the active span', right: true, files: { 'app.ts': inactive } },
  { name: 'spans of the libraries in addition', right: true, files: { 'settings.env': 'INSTRUMENTATION=auto' } },
  {
    name: 'HTTP status 500 for a failed roll',
    right: false,
    says: /400.*status 500/,
    ...changed(['response.status(400)', 'response.status(500)']),
  },
  {
    name: 'a span without roll.sides',
    right: false,
    says: /roll.sides/,
    ...changed(["  trace.getActiveSpan()?.setAttribute('roll.sides', sides);\n", '']),
  },
  {
    name: 'roll.sides as a string',
    right: false,
    says: /string/,
    ...changed(["'roll.sides', sides", "'roll.sides', String(sides)"]),
  },
  {
    name: 'a span without an event',
    right: false,
    says: /no event/,
    ...changed(["      rollSpan.addEvent('rolled', { 'roll.value': result });\n", '']),
  },
  {
    name: 'an event with a wrong name',
    right: false,
    says: /“roll”/,
    ...changed(["addEvent('rolled'", "addEvent('roll'"]),
  },
  {
    name: 'an event without attributes',
    right: false,
    says: /attribute on the event/,
    ...changed([", { 'roll.value': result });\n", ');\n']),
  },
  {
    name: 'a recorded exception without an error status',
    right: false,
    says: /status unset/,
    ...changed(['      rollSpan.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });\n', '']),
  },
  {
    name: 'an error status without a recorded exception',
    right: false,
    says: /recordException/,
    ...changed(['      rollSpan.recordException(error as Error);\n', '']),
  },
  {
    name: 'an error status on every roll, even if it succeeds',
    right: false,
    says: /went well/,
    ...changed([
      '      return result;',
      '      rollSpan.setStatus({ code: SpanStatusCode.ERROR });\n      return result;',
    ]),
  },
  {
    name: 'an error that the code catches and ignores',
    right: false,
    says: /400.*status 200/,
    ...changed(['      throw error;', '      return 0;']),
  },
  {
    name: 'a span that never ends if the roll fails',
    right: false,
    says: /finally/,
    ...changed(
      ['      throw error;\n    } finally {\n      rollSpan.end();\n    }', '      throw error;\n    }'],
      ['      return result;', '      rollSpan.end();\n      return result;'],
    ),
  },
  {
    name: 'the solution of the previous step',
    right: false,
    says: /as many sides/,
    files: { 'app.ts': readFileSync(join(import.meta.dirname, '..', '06-manual', 'files', 'app.ts'), 'utf8') },
  },
];
