// Decides what the map of the lab shows: which ways the spans of a request have taken, and where they stop.
import type { PipelineHop, SpanOfPage, TraceOfPage } from '../../contract.ts';

/** What the page knows of the spans of the newest request. */
export type Flow =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'arrived'; readonly trace: Pick<TraceOfPage, 'services' | 'roots'> }
  /** No span has come in time, or none of the service that was asked. */
  | { readonly kind: 'stopped'; readonly trace?: Pick<TraceOfPage, 'services' | 'roots'> | undefined };

/** The places on the map. */
export const PLACES = ['visitors', 'guide', 'arcade', 'dice', 'prizes', 'collector', 'jaeger'] as const;
export type Place = (typeof PLACES)[number];
export type Way = `${Place}-${Place}`;

/** The requests in the lab, and the ways of the telemetry. */
export const WAYS: readonly Way[] = [
  'visitors-arcade',
  'guide-arcade',
  'guide-dice',
  'arcade-dice',
  'arcade-prizes',
  'dice-prizes',
  'arcade-collector',
  'dice-collector',
  'prizes-collector',
  'collector-jaeger',
];

export interface MapState {
  /** The ways that spans have taken. */
  readonly taken: ReadonlySet<Way>;
  /** Where spans stop. */
  readonly broken?: Place | undefined;
  readonly words: string;
  /** What to do, if the spans stop. */
  readonly todo?: string | undefined;
}

/** Returns the ways of the requests between the services of a trace. */
function callsIn(spans: readonly SpanOfPage[]): string[] {
  return spans.flatMap(({ service, children }) => [
    ...children.filter((child) => child.service !== service).map((child) => `${service}-${child.service}`),
    ...callsIn(children),
  ]);
}

function waysOf({ services, roots }: Pick<TraceOfPage, 'services' | 'roots'>): Set<Way> {
  const names = new Set([...callsIn(roots), ...services.map((name) => `${name}-collector`), 'collector-jaeger']);
  return new Set(WAYS.filter((way) => names.has(way)));
}

const AT: Readonly<Record<PipelineHop['name'], Place>> = {
  sdk: 'dice',
  exporter: 'dice',
  collector: 'collector',
  jaeger: 'jaeger',
  guide: 'collector',
  prometheus: 'collector',
};

/** @param hops what “Why no telemetry?” says of the hops of traces, once the page has asked for it */
export function mapOf(flow: Flow, hops: readonly PipelineHop[] = []): MapState {
  if (flow.kind === 'waiting') return { taken: new Set(), words: 'The spans of your request are on their way…' };
  if (flow.kind === 'arrived') {
    const words = `Spans of ${listed(flow.trace.services)} went through the Collector to Jaeger.`;
    return { taken: waysOf(flow.trace), words };
  }
  const taken = flow.trace ? waysOf(flow.trace) : new Set<Way>();
  const hop = hops.find(({ ok }) => !ok);
  if (!hop)
    return { taken, broken: 'dice', words: 'The spans of dice have not come, though every hop works. See its log.' };
  return { taken, broken: AT[hop.name], words: `Spans stop here: ${hop.says}`, todo: hop.todo };
}

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
