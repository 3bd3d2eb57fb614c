// Tests the hops behind dice: the Collector, and each place where something ends. The guide sends telemetry of its own
// through the Collector, and looks whether it arrives.
import { messageOf } from '../../../../support/errors.ts';
import { poll } from '../../../../support/waiting.ts';
import type { PipelineHop } from '../../contract.ts';
import { Prometheus } from '../telemetry/prometheus.ts';
import { droppedStates, refusedState } from './dropped.ts';
import { broken, works } from './hop-state.ts';
import type { HopState } from './hop-state.ts';
import type { Route } from './pipeline-gaps.ts';
import { collectorTrouble } from './pipeline-sources.ts';
import type { PipelineSources } from './pipeline-sources.ts';

/** The state of a hop with its name. */
export type NamedState = readonly [name: PipelineHop['name'], state: HopState];

/** Where something ends. */
export interface End {
  readonly name: 'guide' | 'prometheus';
  readonly route: Route;
  /** Returns whether it is there, apart from what arrives. */
  readonly state: () => Promise<HopState> | HopState;
  /** Returns whether what was sent has arrived. */
  readonly has: () => Promise<boolean> | boolean;
  readonly arrived: string;
}

/** What the guide sends. */
interface Probe {
  /** @throws if the Collector refuses it */
  readonly send: (collector: string) => Promise<unknown>;
  /** What a Collector does that has taken it. */
  readonly taken: string;
  /** Milliseconds within which it arrives. */
  readonly patience: number;
}

/** Returns the states of the Collector and of the ends. */
export async function endStates(
  sources: PipelineSources,
  ends: readonly [End, ...End[]],
  probe: Probe,
): Promise<NamedState[]> {
  const trouble = (await collectorTrouble(sources)) ?? (await refusal(sources, ends[0].route, probe));
  if (trouble) return [['collector', trouble], ...(await Promise.all(ends.map(namedState)))];
  const collector = works(probe.taken);
  const pairs = await Promise.all(
    ends.map(async (end) => {
      const [name, state] = await namedState(end);
      if (!state.ok) return { name, states: [collector, state] as const };
      if (await hasArrived(end, probe)) return { name, states: [collector, works(end.arrived)] as const };
      const others = ends.filter(({ route }) => route.to === end.route.to).map(({ route }) => route.destination);
      return { name, states: await droppedStates(sources, { route: end.route, others, collector }) };
    }),
  );
  const worst = pairs.map(({ states: [state] }) => state).find(({ ok }) => !ok);
  return [['collector', worst ?? collector], ...pairs.map(({ name, states: [, state] }): NamedState => [name, state])];
}

const namedState = async ({ name, state }: End): Promise<NamedState> => [name, await state()];

/** Sends a probe to the Collector. @returns the state of a Collector that refuses it, or undefined */
async function refusal(sources: PipelineSources, route: Route, { send }: Probe): Promise<HopState | undefined> {
  try {
    if (!sources.collector) throw new Error('OTEL_EXPORTER_OTLP_ENDPOINT is not set');
    await send(sources.collector);
    return undefined;
  } catch (error) {
    return refusedState(sources, route, messageOf(error));
  }
}

async function hasArrived(end: End, { patience }: Probe): Promise<boolean> {
  const isThere = async () => (await end.has()) || undefined;
  return (await poll(isThere, { within: patience, every: 100 })) ?? false;
}

/** Returns the state of the guide, to which the Collector sends. */
export const guideState = ({ telemetry }: PipelineSources, what: Route['what']): HopState =>
  telemetry?.isReceiving
    ? works(`waits for ${what} of the Collector`)
    : broken(
        'collector',
        `receives no ${what}: this lab is of a chart from before version 0.2`,
        'Upgrade the lab. Until then the Collector prints them, if a pipeline ends in its debug exporter.',
      );

/**
 * Returns when Prometheus got the newest sample of a metric, in milliseconds since the epoch. It keeps the time of each
 * sample, so a new one proves that the metric arrives.
 */
export async function newestSample(url: string, selector: string): Promise<number> {
  const found = await new Prometheus(url).instant(`timestamp(${selector})`, Date.now());
  return Math.max(0, ...found.map(({ value }) => value * 1_000));
}

/** Returns the state of Prometheus, which is asked for something. */
export const answersOf = (asked: Promise<unknown>): Promise<HopState> =>
  asked.then(
    () => works('answers'),
    (error: unknown) =>
      broken('collector', `does not answer: ${messageOf(error)}`, 'Wait until its pod is ready again.'),
  );
