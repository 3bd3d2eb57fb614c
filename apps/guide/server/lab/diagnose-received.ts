// Tests each hop of metrics and of log records: the SDK and the exporter in dice, the Collector, the guide, and
// Prometheus if the lab has it.
import { randomInt } from 'node:crypto';
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import { PROBE_SCOPE } from '../../../../lab/names.ts';
import { messageOf } from '../../../../support/errors.ts';
import { poll } from '../../../../support/waiting.ts';
import type { PipelineHop } from '../../contract.ts';
import { Prometheus } from '../telemetry/prometheus.ts';
import type { ReceivedSignal } from './delivery.ts';
import { diceExporter } from './dice-exporter.ts';
import { receivedSdkState } from './dice-state.ts';
import type { DiceState } from './dice-state.ts';
import { droppedStates, ONE, refusedState } from './dropped.ts';
import { broken, works } from './hop-state.ts';
import type { HopState } from './hop-state.ts';
import { GUIDE, PROMETHEUS } from './pipeline-gaps.ts';
import type { Destination } from './pipeline-gaps.ts';
import { collectorTrouble, diceTrouble } from './pipeline-sources.ts';
import type { PipelineSources } from './pipeline-sources.ts';
import { sendOtlp } from './send-otlp.ts';

type Hop = readonly [name: PipelineHop['name'], state: HopState];

export async function diagnoseReceived(
  sources: PipelineSources,
  dice: DiceState,
  signal: ReceivedSignal,
): Promise<PipelineHop[]> {
  const [trouble, exporter, backends] = await Promise.all([
    diceTrouble(sources),
    diceExporter(sources, dice, signal),
    backendHops(sources, signal),
  ]);
  const hops: Hop[] = [['sdk', trouble ?? receivedSdkState(dice, signal)], ['exporter', exporter], ...backends];
  return hops.map(([name, state]) => ({ signal, name, ...state }));
}

/** The telemetry that tests the path. */
interface Probe {
  readonly id: string;
  /** When it was made, in milliseconds since the epoch. */
  readonly time: number;
}

/** Where a signal ends. */
interface End {
  readonly name: 'guide' | 'prometheus';
  readonly destination: Destination;
  /** Returns whether it is there, apart from what arrives. */
  readonly state: () => Promise<HopState> | HopState;
  readonly has: (probe: Probe) => Promise<boolean> | boolean;
  readonly arrived: string;
}

const guideEnd = ({ telemetry }: PipelineSources, signal: ReceivedSignal): End => ({
  name: 'guide',
  destination: GUIDE,
  state: () => (telemetry?.isReceiving ? works(`waits for ${signal} of the Collector`) : olderChart(signal)),
  has: ({ id }) => telemetry?.hasProbe(signal, id) ?? false,
  arrived: `has the ${ONE[signal]} that it has just sent through the Collector`,
});

const olderChart = (signal: ReceivedSignal): HopState =>
  broken(
    'collector',
    `receives no ${signal}: this lab is of a chart from before version 0.2`,
    'Upgrade the lab. Until then the Collector prints them, if a pipeline ends in its debug exporter.',
  );

/** Prometheus keeps the time of each sample, so a newer one than the probe proves that metrics arrive. */
function prometheusEnd(url: string): End {
  const newest = async () => {
    const found = await new Prometheus(url).instant(`timestamp({"${PROBE_SCOPE}"})`, Date.now());
    return Math.max(0, ...found.map(({ value }) => value * 1_000));
  };
  return {
    name: 'prometheus',
    destination: PROMETHEUS,
    state: () => newest().then(() => works('answers'), silent),
    has: async ({ time }) => (await newest().catch(() => 0)) > time - 1,
    arrived: 'has the metric that the guide has just sent through the Collector',
  };
}

const silent = (error: unknown): HopState =>
  broken('collector', `does not answer: ${messageOf(error)}`, 'Wait until its pod is ready again.');

const endsOf = (sources: PipelineSources, signal: ReceivedSignal): End[] => [
  guideEnd(sources, signal),
  ...(signal === 'metrics' && sources.prometheus ? [prometheusEnd(sources.prometheus)] : []),
];

async function backendHops(sources: PipelineSources, signal: ReceivedSignal): Promise<Hop[]> {
  const ends = endsOf(sources, signal);
  const probe = { id: String(randomInt(2 ** 47)), time: Date.now() };
  const trouble = (await collectorTrouble(sources)) ?? (await refusal(sources, signal, probe));
  if (trouble) return [['collector', trouble], ...(await Promise.all(ends.map(hopOf)))];
  const collector = works(`takes ${signal} at ${sources.collector}`);
  const others = ends.map(({ destination }) => destination);
  const pairs = await Promise.all(
    ends.map(async (end) => {
      const [name, state] = await hopOf(end);
      if (!state.ok) return { name, states: [collector, state] as const };
      if (await hasArrived(sources, end, probe)) return { name, states: [collector, works(end.arrived)] as const };
      const { destination } = end;
      return { name, states: await droppedStates(sources, { signal, destination, others, collector }) };
    }),
  );
  const worst = pairs.map(({ states: [state] }) => state).find(({ ok }) => !ok);
  return [['collector', worst ?? collector], ...pairs.map(({ name, states: [, state] }): Hop => [name, state])];
}

const hopOf = async ({ name, state }: End): Promise<Hop> => [name, await state()];

/** Sends a probe to the Collector. @returns the state of a Collector that refuses it, or undefined */
async function refusal(sources: PipelineSources, signal: ReceivedSignal, probe: Probe): Promise<HopState | undefined> {
  try {
    if (!sources.collector) throw new Error('OTEL_EXPORTER_OTLP_ENDPOINT is not set');
    await sendOtlp(sources.collector, signal, probes[signal](probe));
    return undefined;
  } catch (error) {
    return refusedState(sources, signal, messageOf(error));
  }
}

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const resource = { attributes: [text(ATTR_SERVICE_NAME, 'guide')] };
const scope = { name: PROBE_SCOPE };

/**
 * The telemetry that tests the path. The guide knows it by the scope, and keeps only its id. The id of a metric is its
 * value, so that in Prometheus all of them are one series.
 */
const probes: Readonly<Record<ReceivedSignal, (probe: Probe) => object>> = {
  metrics: ({ id, time }) => {
    const dataPoints = [{ timeUnixNano: `${time}000000`, asInt: id }];
    return {
      resourceMetrics: [
        { resource, scopeMetrics: [{ scope, metrics: [{ name: PROBE_SCOPE, gauge: { dataPoints } }] }] },
      ],
    };
  },
  logs: ({ id, time }) => {
    const record = { timeUnixNano: `${time}000000`, severityNumber: 9, attributes: [text('probe.id', id)] };
    const body = { stringValue: 'why is there no telemetry?' };
    return { resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: [{ ...record, body }] }] }] };
  },
};

async function hasArrived({ patience = 4_000 }: PipelineSources, end: End, probe: Probe): Promise<boolean> {
  const isThere = async () => (await end.has(probe)) || undefined;
  return (await poll(isThere, { within: patience, every: 100 })) ?? false;
}
