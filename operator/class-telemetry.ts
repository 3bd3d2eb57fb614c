// What happens in a class, as spans and metrics: claims, checks, runs and requests for help. The leader reads them off
// the changes of Seats and of the learners' files, so no event is reported twice. While no process leads, events are
// lost. Telemetry names a seat by the Seat's uid, because the Seat's name may contain a person's name.
import { metrics, trace } from '@opentelemetry/api';
import type { Attributes } from '@opentelemetry/api';
import type { ConfigMap } from '../kubernetes/types.ts';
import { GROUP, NAMES } from './api/types.ts';
import type { Seat } from './api/types.ts';
import type { Change } from './engine/store.ts';

/** One event of a class. Its attributes besides those that name the workshop and the seat. */
export interface ClassEvent {
  readonly name: 'claim' | 'free' | 'check' | 'run' | 'help';
  readonly attributes?: Attributes;
  /** When it began, as RFC 3339. Default: when it ended. */
  readonly since?: string | undefined;
  /** When it ended, as RFC 3339. Default: now. */
  readonly until?: string | undefined;
}

/** Returns what has happened between two versions of a Seat. */
export function seatEvents(before: Seat, after: Seat): ClassEvent[] {
  return [...claimEvents(before, after), ...passedChecks(before, after), ...failedCheck(before, after)].concat(
    answeredHelp(before, after),
  );
}

function claimEvents({ spec: { claim: old } }: Seat, { spec: { claim } }: Seat): ClassEvent[] {
  if (old?.id === claim?.id) return [];
  return [...(old ? [{ name: 'free' } as const] : []), ...(claim ? [{ name: 'claim', until: claim.at } as const] : [])];
}

const passedOf = ({ status }: Seat): readonly string[] => status?.course?.passed ?? [];

/** A step's check as a span from the start of the step, if the Seat says when that was. */
function passedChecks(before: Seat, after: Seat): ClassEvent[] {
  const known = new Set(passedOf(before));
  const course = before.status?.course;
  return passedOf(after)
    .filter((step) => !known.has(step))
    .map((step) => ({
      name: 'check',
      attributes: { [ATTRIBUTES.step]: step, [ATTRIBUTES.verdict]: 'passed' },
      since: course?.step === step ? course.since : undefined,
    }));
}

function failedCheck({ status: old }: Seat, { status }: Seat): ClassEvent[] {
  const check = status?.course?.check;
  if (!check || isSame(old?.course?.check, check)) return [];
  const { step, hop, finding, at } = check;
  const attributes = {
    [ATTRIBUTES.step]: step,
    [ATTRIBUTES.verdict]: 'failed',
    [ATTRIBUTES.hop]: hop,
    [ATTRIBUTES.finding]: finding,
  };
  return [{ name: 'check', attributes, until: at }];
}

/** A request for help, once nobody waits any more. The span lasts from the request to its end. */
function answeredHelp({ spec: { help: old } }: Seat, { spec: { help } }: Seat): ClassEvent[] {
  if (!old || help) return [];
  return [{ name: 'help', since: old.at, attributes: { [ATTRIBUTES.taken]: old.takenAt !== undefined } }];
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Whether a change of a ConfigMap is one of the learner's files, which the guide writes at each Run. */
export const isRun = ({ key, old, new: now }: Change<ConfigMap>): boolean =>
  key.endsWith(`/${NAMES.dice}`) && old !== undefined && now !== undefined && !isSame(old.data, now.data);

const ATTRIBUTES = {
  workshop: 'intro_otel.workshop',
  seat: 'intro_otel.seat.uid',
  step: 'intro_otel.step',
  verdict: 'intro_otel.verdict',
  hop: 'intro_otel.hop',
  finding: 'intro_otel.finding',
  taken: 'intro_otel.help.taken',
} as const;

const NAME = `@${GROUP}/class`;

/** The stores that the events are read off. */
export interface ClassStores {
  readonly seats: { get(key: string): Seat | undefined; onChange(listener: (change: Change<Seat>) => void): unknown };
  readonly configMaps: { onChange(listener: (change: Change<ConfigMap>) => void): unknown };
}

/** Emits a span and metrics for each event of each class. Without an OpenTelemetry SDK, they do nothing. */
export function reportClasses({ seats, configMaps }: ClassStores): void {
  const report = createReport();
  seats.onChange(({ old, new: seat }) => {
    if (old && seat && old.metadata.uid === seat.metadata.uid)
      for (const event of seatEvents(old, seat)) report(seat, event);
  });
  configMaps.onChange((change) => {
    if (!isRun(change)) return;
    const seat = seats.get(change.key.split('/')[0] ?? '');
    if (seat) report(seat, { name: 'run' });
  });
}

function createReport(): (seat: Seat, event: ClassEvent) => void {
  const tracer = trace.getTracer(NAME);
  const meter = metrics.getMeter(NAME);
  const count = meter.createCounter('intro_otel.class.events', {
    description: 'What happened in a class.',
    unit: '{event}',
  });
  const waited = meter.createHistogram('intro_otel.class.help.wait', {
    description: 'How long people waited for help, until it was given or not needed any more.',
    unit: 's',
  });
  return ({ metadata, spec }, { name, attributes = {}, since, until }) => {
    const end = timeOf(until) ?? Date.now();
    const start = Math.min(timeOf(since) ?? end, end);
    const of = { [ATTRIBUTES.workshop]: spec.workshop };
    const seat = { [ATTRIBUTES.seat]: metadata.uid ?? '' };
    tracer.startSpan(`class ${name}`, { startTime: start, attributes: { ...of, ...seat, ...attributes } }).end(end);
    count.add(1, { ...of, 'intro_otel.event': name, ...attributes });
    if (name === 'help') waited.record((end - start) / 1000, of);
  };
}

const timeOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : Date.parse(text));
