// What to do about a method that does not exist: finds the one that was meant, by what stands before it.
import { nearest } from '../../../../support/nearest.ts';

const SPAN = [
  'setAttribute',
  'setAttributes',
  'addEvent',
  'recordException',
  'setStatus',
  'updateName',
  'end',
  'isRecording',
  'spanContext',
];
const API = [
  'startSpan',
  'startActiveSpan',
  'getTracer',
  'getActiveSpan',
  'getMeter',
  'createCounter',
  'createHistogram',
  'add',
  'record',
  'active',
  'with',
  'inject',
  'extract',
];
const RESPONSE = ['send', 'json', 'status', 'sendStatus', 'end', 'set', 'type', 'redirect', 'write'];
const LOG = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'child'];

const namesOf = (value: object): string[] => Object.getOwnPropertyNames(value);

/** Objects that are part of the language or of Node. */
const BUILT_IN = new Map(
  Object.entries({ Math, JSON, Object, Array, Number, String, Date, Promise, console }).map(([name, value]) => [
    name,
    namesOf(value),
  ]),
);

/** Objects of the learner, by the names that they usually have. */
const USUAL: readonly [RegExp, readonly string[]][] = [
  [/^res(ponse)?$/i, RESPONSE],
  [/log(ger)?$/i, LOG],
  [/span$/i, SPAN],
];

const ANY = [
  ...SPAN,
  ...API,
  ...RESPONSE,
  ...LOG,
  ...[[], '', 0].flatMap((value) => namesOf(Object.getPrototypeOf(value) as object)),
];

/** The propagator's methods, with all arguments. Python's take the carrier alone. */
export const PROPAGATION: Readonly<Record<string, string>> = {
  extract: 'propagation.extract(context.active(), request.headers)',
  inject: 'propagation.inject(context.active(), headers)',
};

/**
 * Returns what to do about a method that is missing.
 * @param receiver what stands before the method in the code, such as `Math` or `trace.getTracer(...)`
 */
export function methodAdvice(receiver: string, name: string): string {
  const call = PROPAGATION[name];
  if (call !== undefined) return `Write ${call}.`;
  const known = BUILT_IN.get(receiver);
  const methods = known ?? USUAL.find(([pattern]) => pattern.test(receiver))?.[1] ?? ANY;
  const meant = methods.includes(name) ? undefined : nearest(name, methods);
  if (meant !== undefined) return `Did you mean ${known ? `${receiver}.` : ''}${meant}?`;
  if (known) return `Is the name right? ${receiver} has no such function.`;
  return `Print what stands before .${name} with log.info(…): it is something else than expected.`;
}
