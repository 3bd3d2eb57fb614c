// Tests each hop of metrics and of log records: the SDK and the exporter in dice, the Collector, the guide, and
// Prometheus if the lab has it.
import { randomInt } from 'node:crypto';
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import { PROBE_SCOPE } from '../../../../lab/names.ts';
import type { PipelineHop } from '../../contract.ts';
import type { ReceivedSignal } from './delivery.ts';
import { answersOf, endStates, guideState, newestSample } from './diagnose-ends.ts';
import type { End, NamedState } from './diagnose-ends.ts';
import { diceExporter } from './dice-exporter.ts';
import { receivedSdkState } from './dice-state.ts';
import type { DiceState } from './dice-state.ts';
import { ONE } from './dropped.ts';
import { GUIDE, PROMETHEUS, routeOf } from './pipeline-gaps.ts';
import { diceTrouble } from './pipeline-sources.ts';
import type { PipelineSources } from './pipeline-sources.ts';
import { sendOtlp } from './send-otlp.ts';

export async function diagnoseReceived(
  sources: PipelineSources,
  dice: DiceState,
  signal: ReceivedSignal,
): Promise<PipelineHop[]> {
  const [trouble, exporter, backends] = await Promise.all([
    diceTrouble(sources),
    diceExporter(sources, dice, signal),
    backendStates(sources, signal),
  ]);
  const states: NamedState[] = [
    ['sdk', trouble ?? receivedSdkState(dice, signal)],
    ['exporter', exporter],
    ...backends,
  ];
  return states.map(([name, state]) => ({ signal, name, ...state }));
}

/** The telemetry that tests the path. */
interface Probe {
  readonly id: string;
  /** When it was made, in milliseconds since the epoch. */
  readonly time: number;
}

function backendStates(sources: PipelineSources, signal: ReceivedSignal): Promise<NamedState[]> {
  const { collector = '', prometheus, patience = 4_000 } = sources;
  const probe = { id: String(randomInt(2 ** 47)), time: Date.now() };
  const ends: [End, ...End[]] = [guideEnd(sources, signal, probe)];
  if (signal === 'metrics' && prometheus) ends.push(prometheusEnd(prometheus, probe));
  return endStates(sources, ends, {
    send: (url) => sendOtlp(url, signal, probes[signal](probe)),
    taken: `takes ${signal} at ${collector}`,
    patience,
  });
}

const guideEnd = (sources: PipelineSources, signal: ReceivedSignal, { id }: Probe): End => ({
  name: 'guide',
  route: routeOf(signal, GUIDE),
  state: () => guideState(sources, signal),
  has: () => sources.telemetry?.hasProbe(signal, id) ?? false,
  arrived: `has the ${ONE[signal]} that it has just sent through the Collector`,
});

function prometheusEnd(url: string, { time }: Probe): End {
  const newest = () => newestSample(url, `{"${PROBE_SCOPE}"}`);
  return {
    name: 'prometheus',
    route: routeOf('metrics', PROMETHEUS),
    state: () => answersOf(newest()),
    has: async () => (await newest().catch(() => 0)) > time - 1,
    arrived: 'has the metric that the guide has just sent through the Collector',
  };
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
