// Judges the two hops that are in dice, the SDK and the exporter, by its settings and by what dice reports about
// itself. Forgotten calls of span.end() come first, because they are the commonest reason at the level `manual`.
import type { Incident, OpenSpans, Report } from '../../../telemetry/report.ts';
import { numberIn } from '../../../telemetry/numbers.ts';
import type { TelemetrySignal } from '../../contract.ts';
import { appSymptoms } from '../symptoms/app.ts';
import { explained, causeWithPlace } from '../symptoms/explanation.ts';
import type { Explanation } from '../symptoms/explanation.ts';
import { exporterGap } from './delivery.ts';
import type { ReceivedSignal } from './delivery.ts';
import { droppingSampler, percent } from './dice-sampler.ts';
import { broken, brokenAt, works } from './hop-state.ts';
import type { HopState } from './hop-state.ts';

/** How dice is set, and what it reports about itself. */
export interface DiceState {
  readonly settings: Readonly<Record<string, string | undefined>>;
  readonly mistakes: readonly Explanation[];
  readonly report: Report | undefined;
}

/** Milliseconds for which something that dice reports still explains what is missing now. */
const RECENT = 120_000;

/** Milliseconds after which a span that has not ended was probably forgotten. Requests take less. */
const FORGOTTEN = 1_000;

/** Whether a mistake in settings.env is about where and how telemetry is sent. */
const isOfExporter = ({ cause }: Explanation): boolean =>
  /OTEL_EXPORTER_|OTEL_(TRACES|METRICS|LOGS)_EXPORTER|\bport 431[78]\b/.test(cause);

/** The variables of each signal. All others are of all signals. */
const VARIABLES: Readonly<Record<TelemetrySignal, RegExp>> = {
  traces: /\bOTEL_(EXPORTER_OTLP_)?(TRACES?|BSP|SPAN)_/,
  metrics: /\bOTEL_(EXPORTER_OTLP_)?METRICS?_/,
  logs: /\bOTEL_(EXPORTER_OTLP_)?(LOGS?|LOGRECORD|BLRP)_/,
};

/** Whether a mistake in settings.env is about other signals only. Then nothing of this one is missing because of it. */
const isOfOthers = ({ cause }: Explanation, signal: TelemetrySignal): boolean =>
  !VARIABLES[signal].test(cause) && Object.values(VARIABLES).some((names) => names.test(cause));

/** Returns the hop of a mistake that settings.env makes about the signal: the exporter's, or that of the SDK. */
function mistakeIn({ mistakes }: DiceState, signal: TelemetrySignal, ofExporter: boolean): HopState | undefined {
  const mistake = mistakes.find((one) => isOfExporter(one) === ofExporter && !isOfOthers(one, signal));
  return mistake && brokenAt('settings/mistake', mistake, `${mistake.todo} Then press Run.`);
}

/** Returns the state of the SDK as it concerns spans. */
export function sdkState(state: DiceState): HopState {
  const { settings, mistakes, report } = state;
  return (
    mistakeIn(state, 'traces', false) ??
    turnedOff(settings) ??
    samplesNone(settings) ??
    notEnded(report) ??
    thrown(report) ??
    nothingStarted(report) ??
    working(
      settings,
      report,
      mistakes.find((one) => isOfOthers(one, 'traces')),
    )
  );
}

/** Returns the state of the SDK as it concerns metrics or log records. */
export function receivedSdkState(state: DiceState, signal: ReceivedSignal): HopState {
  const { settings } = state;
  const level = settings['INSTRUMENTATION'] ?? 'none';
  const whose = level === 'auto' ? OWN_AND_LIBRARIES[signal] : OWN_ONLY[signal];
  return (
    mistakeIn(state, signal, false) ??
    turnedOff(settings) ??
    works(`INSTRUMENTATION is ${level}: ${whose}. ${INTERVALS[signal](settings)}`)
  );
}

const OWN_ONLY: Readonly<Record<ReceivedSignal, string>> = {
  metrics: 'only the instruments that app.ts creates',
  logs: "only the records that app.ts emits by logs.getLogger(…). The lines of pino are in the pod's log only",
};
const OWN_AND_LIBRARIES: Readonly<Record<ReceivedSignal, string>> = {
  metrics: 'the instruments of the libraries, and those that app.ts creates',
  logs: 'the lines of pino, and the records that app.ts emits by logs.getLogger(…)',
};

const INTERVALS: Readonly<Record<ReceivedSignal, (settings: DiceState['settings']) => string>> = {
  metrics: (settings) => `Metrics leave dice every ${secondsIn(settings, 'OTEL_METRIC_EXPORT_INTERVAL', 60_000)} s`,
  logs: (settings) => `Log records leave dice every ${secondsIn(settings, 'OTEL_BLRP_SCHEDULE_DELAY', 1_000)} s`,
};

const secondsIn = (settings: DiceState['settings'], name: string, byDefault: number): number =>
  numberIn(settings, name, byDefault) / 1_000;

function turnedOff(settings: DiceState['settings']): HopState | undefined {
  const { INSTRUMENTATION: level = 'none', OTEL_SDK_DISABLED: disabled } = settings;
  if (level === 'none')
    return broken(
      'settings/sdk-off',
      'INSTRUMENTATION is none: the SDK is not even loaded',
      'Set INSTRUMENTATION=auto (or manual) in settings.env, then Run.',
    );
  if (disabled?.toLowerCase() === 'true')
    return broken(
      'settings/sdk-off',
      'OTEL_SDK_DISABLED is true',
      'Take OTEL_SDK_DISABLED out of settings.env, then Run.',
    );
  return undefined;
}

function samplesNone(settings: DiceState['settings']): HopState | undefined {
  const sampler = droppingSampler(settings);
  if (sampler?.keeps !== 0) return undefined;
  const todo = sampler.says.startsWith('OTEL_TRACES_SAMPLER_ARG')
    ? 'Write 1 to keep all, or 0.5 for half, then Run.'
    : 'Take OTEL_TRACES_SAMPLER out of settings.env, then Run.';
  return broken('telemetry/sampled', sampler.says, todo);
}

const NEVER_ENDED = 'spans that never ended:';

function notEnded(report: Report | undefined): HopState | undefined {
  const forgotten = forgottenSpans(report);
  if (forgotten.length === 0) return undefined;
  const names = forgotten.map(({ name, count }) => `${name} (${count === 1 ? 'once' : `${count} times`})`).join(', ');
  return broken(
    'code/never-ended',
    `app.ts has started ${NEVER_ENDED} ${names}. A span is sent when it ends`,
    'Call span.end() on every path through the code, also when it throws: put it into a finally block. Then Run.',
  );
}

/** Returns the spans that the learner's own code has started and, by all appearance, forgotten to end. */
export const forgottenSpans = (report: Report | undefined): readonly OpenSpans[] =>
  (report?.spans.open ?? []).filter(
    ({ scope, oldest }) => oldest > FORGOTTEN && !scope.startsWith('@opentelemetry/instrumentation'),
  );

function thrown(report: Report | undefined): HopState | undefined {
  const error = recentException(report);
  if (error === undefined || report?.level !== 'manual') return undefined;
  const says = `your code throws while it answers: ${error}`;
  return broken('code/throws', says, `${adviceFor(error)}Fix that first, then Run.`);
}

/** Returns the newest error of a handler with its line, or undefined if there was none in the last minutes. */
export function recentException(report: Report | undefined): string | undefined {
  const error = report?.exceptions.find(({ ago }) => ago < RECENT);
  return error && atLine(error);
}

/** Returns what to do about an error of a handler, if the table of symptoms knows it. */
function adviceFor(error: string): string {
  const todo = explained(appSymptoms, error)?.todo;
  return todo === undefined ? '' : `${todo} `;
}

/**
 * Returns what dice has reported that explains a failed check, as sentences with the likeliest cause first.
 * @param within milliseconds since the check began; what happened earlier may be about other requests
 * @param found what the verdict says already, which no note repeats
 */
export function reportNotes(report: Report | undefined, within: number, found = ''): string[] {
  const newest = (incidents: readonly Incident[] = [], words: (incident: Incident) => string) =>
    incidents.find((incident) => incident.ago <= within && !found.includes(words(incident)));
  // A verdict may have found the error in the answer of dice, which does not name the line.
  const error = newest(report?.exceptions, atLine);
  const refused = newest(report?.refused, ({ message }) => message);
  const forgotten = found.includes(NEVER_ENDED) ? [] : forgottenSpans(report).map(({ name }) => name);
  return [
    error && `Your code throws while it answers: ${atLine(error)}. ${adviceFor(error.message)}`.trim(),
    refused && `The SDK refused a call: ${atLine(refused)}.${isOfOneSpan(refused) ? START_ANEW : ''}`,
    forgotten.length > 0 && `Started and never ended: ${forgotten.join(', ')}. A span is sent when it ends.`,
  ].filter((note) => typeof note === 'string');
}

/** Whether a refused call is on a span that was started once, and has ended before. */
export const isOfOneSpan = ({ message }: Incident): boolean => / started once,/.test(message);

const START_ANEW = ' A span ends once, so start a new one in each call.';

const atLine = ({ message, line }: Incident): string =>
  `${message}${line === undefined ? '' : ` (app.ts, line ${line})`}`;

function nothingStarted(report: Report | undefined): HopState | undefined {
  if (report?.level !== 'manual' || report.spans.started > 0) return undefined;
  return broken(
    'code/no-span-started',
    'INSTRUMENTATION is manual, and app.ts has started no span since dice began',
    'Start one with tracer.startActiveSpan(…) and ask dice for it, or set INSTRUMENTATION=auto. Then Run.',
  );
}

/** @param other a mistake that is about metrics or logs */
function working(settings: DiceState['settings'], report: Report | undefined, other?: Explanation): HopState {
  const level = settings['INSTRUMENTATION'] ?? 'none';
  const how =
    level === 'auto' ? 'on, with the instrumentation libraries' : 'on, by hand: only the spans that app.ts starts';
  const keeps = droppingSampler(settings)?.keeps;
  const notes = [
    keeps !== undefined && `The sampler keeps ${percent(keeps)} of the traces, so one may be missing`,
    report?.refused[0] && `The SDK refused a call: ${atLine(report.refused[0])}`,
    recentException(report) && `Your code throws while it answers: ${recentException(report)}`,
    other && `No span is missing because of it, but ${causeWithPlace(other)}. ${other.todo}`,
  ].filter((note) => typeof note === 'string');
  return works([`INSTRUMENTATION is ${level}: ${how}`, ...notes].join('. '));
}

/** Returns the exporter's hop if a setting keeps a signal from leaving dice, or undefined. */
export function exporterMistake(state: DiceState, signal: TelemetrySignal): HopState | undefined {
  const gap = exporterGap(state.settings, signal);
  return mistakeIn(state, signal, true) ?? (gap && { ok: false, ...gap });
}
