// Tests each hop of a span: the SDK and the exporter in dice, the Collector and Jaeger.
import { randomBytes } from 'node:crypto';
import { PROBE_SCOPE } from '../../../../lab/names.ts';
import { traceFromJaeger } from '../../../../otlp/traces.ts';
import { messageOf } from '../../../../support/errors.ts';
import { call } from '../../../../support/http.ts';
import { poll } from '../../../../support/waiting.ts';
import type { PipelineHop } from '../../contract.ts';
import { diceExporter } from './dice-exporter.ts';
import { sdkState } from './dice-state.ts';
import type { DiceState } from './dice-state.ts';
import { droppedStates, refusedState } from './dropped.ts';
import { broken, works } from './hop-state.ts';
import type { HopState } from './hop-state.ts';
import { JAEGER, routeOf } from './pipeline-gaps.ts';
import { collectorTrouble, diceTrouble } from './pipeline-sources.ts';
import type { PipelineSources } from './pipeline-sources.ts';
import { send } from './visit.ts';

export async function diagnoseTraces(sources: PipelineSources, dice: DiceState): Promise<PipelineHop[]> {
  const [trouble, exporter, [collector, jaeger]] = await Promise.all([
    diceTrouble(sources),
    diceExporter(sources, dice, 'traces'),
    backendHops(sources),
  ]);
  const states = { sdk: trouble ?? sdkState(dice), exporter, collector, jaeger };
  return (['sdk', 'exporter', 'collector', 'jaeger'] as const).map((name) => ({
    signal: 'traces',
    name,
    ...states[name],
  }));
}

const ROUTE = routeOf('traces', JAEGER);

type Backends = [collector: HopState, jaeger: HopState];

async function backendHops(sources: PipelineSources): Promise<Backends> {
  const [jaeger, trouble] = [await jaegerState(sources), await collectorTrouble(sources)];
  if (trouble) return [trouble, jaeger];
  try {
    if (!sources.collector) throw new Error('OTEL_EXPORTER_OTLP_ENDPOINT is not set');
    const sent = await probe(sources.collector);
    const collector = works(`takes spans at ${sources.collector}`);
    if (!jaeger.ok) return [collector, jaeger];
    if (await hasArrived(sources, sent)) return [collector, await searchState(sources)];
    return await droppedStates(sources, { route: ROUTE, collector });
  } catch (error) {
    return [await refusedState(sources, ROUTE, messageOf(error)), jaeger];
  }
}

async function jaegerState({ jaeger }: PipelineSources): Promise<HopState> {
  try {
    await traceFromJaeger(jaeger, randomBytes(16).toString('hex'));
    return works('answers');
  } catch (error) {
    return broken(
      'jaeger/no-answer',
      `does not answer at ${jaeger}: ${messageOf(error)}`,
      'Wait until its pod is ready again. A restart loses its traces, because they are in memory. ' +
        'Then play new rounds.',
    );
  }
}

/** How many traces Jaeger's own page asks for, and the most bytes of an error. An answer with traces is longer. */
const [TRACES, LARGEST_ERROR] = [20, 2_000];

/** Returns the state of Jaeger, which has the span. Its own pages fail if a trace has a number that JSON has not. */
async function searchState({ jaeger }: PipelineSources): Promise<HopState> {
  const state = works('has the span that the guide has just sent through the Collector');
  const search = `${jaeger}/api/traces?service=dice&limit=${TRACES}`;
  const options = { limit: LARGEST_ERROR, signal: AbortSignal.timeout(2_000) };
  const body = await call(search, options).then(
    ({ body: text }) => text,
    () => '',
  );
  const [, value] = /unsupported value: ([+-]Inf|NaN)/.exec(body) ?? [];
  if (value === undefined) return state;
  return {
    ...state,
    says: `${state.says}, but its pages can't list the traces of dice: an attribute of a span is ${value}`,
    todo:
      'Read them on the page Explore, which shows the attribute. Give it a finite number, or a text, then Run. ' +
      "Jaeger's pages list dice again when that trace is older than those that they show.",
  };
}

/**
 * Sends several test spans to the Collector. One test span is not enough, because a Collector that samples may drop it.
 * @returns the trace ids of the test spans
 */
export async function probe(collector: string): Promise<string[]> {
  const ids = Array.from({ length: 6 }, () => randomBytes(16).toString('hex'));
  for (const traceId of ids) {
    const now = Date.now();
    const span = {
      traceId,
      spanId: randomBytes(8).toString('hex'),
      name: 'why is there no telemetry?',
      // A span of kind client counts in no chart of requests.
      kind: 3,
      startTimeUnixNano: `${now}000000`,
      endTimeUnixNano: `${now + 1}000000`,
    };
    await send(collector, span, PROBE_SCOPE);
  }
  return ids;
}

async function hasArrived({ jaeger, patience = 4_000 }: PipelineSources, ids: string[]): Promise<boolean> {
  const anyOf = async () => {
    const traces = await Promise.all(ids.map((id) => traceFromJaeger(jaeger, id).catch(() => undefined)));
    return traces.find(Boolean);
  };
  return (await poll(anyOf, { within: patience, every: 200 })) !== undefined;
}
