// Tests each hop of metrics and of log records: the SDK and the exporter in dice, the Collector, and the guide.
import { randomBytes } from 'node:crypto';
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import { GUIDE_EXPORTER, PROBE_SCOPE } from '../../../../lab/names.ts';
import { messageOf } from '../../../../support/errors.ts';
import { poll } from '../../../../support/waiting.ts';
import type { PipelineHop } from '../../contract.ts';
import { pipelineGap } from './delivery.ts';
import type { ReceivedSignal } from './delivery.ts';
import { diceExporter } from './dice-exporter.ts';
import { receivedSdkState } from './dice-state.ts';
import type { DiceState } from './dice-state.ts';
import { broken, works } from './hop-state.ts';
import type { HopState } from './hop-state.ts';
import { COLLECTOR_TODO, collectorTrouble, collectorYamlOf, diceTrouble, lastErrorOf } from './pipeline-sources.ts';
import type { PipelineSources } from './pipeline-sources.ts';
import { sendOtlp } from './send-otlp.ts';

export async function diagnoseReceived(
  sources: PipelineSources,
  dice: DiceState,
  signal: ReceivedSignal,
): Promise<PipelineHop[]> {
  const [trouble, exporter, [collector, guide]] = await Promise.all([
    diceTrouble(sources),
    diceExporter(sources, dice, signal),
    backendHops(sources, signal),
  ]);
  const states = { sdk: trouble ?? receivedSdkState(dice, signal), exporter, collector, guide };
  return (['sdk', 'exporter', 'collector', 'guide'] as const).map((name) => ({ signal, name, ...states[name] }));
}

type Backends = [collector: HopState, guide: HopState];

const ONE = { metrics: 'metric', logs: 'log record' };

async function backendHops(sources: PipelineSources, signal: ReceivedSignal): Promise<Backends> {
  const trouble = await collectorTrouble(sources);
  if (trouble) return [trouble, receiving(sources, signal)];
  try {
    if (!sources.collector) throw new Error('OTEL_EXPORTER_OTLP_ENDPOINT is not set');
    const id = randomBytes(8).toString('hex');
    await sendOtlp(sources.collector, signal, probes[signal](id));
    const collector = works(`takes ${signal} at ${sources.collector}`);
    const guide = receiving(sources, signal);
    if (!guide.ok) return [collector, guide];
    if (await hasArrived(sources, signal, id))
      return [collector, works(`has the ${ONE[signal]} that it has just sent through the Collector`)];
    return await dropped(sources, signal, collector);
  } catch (error) {
    const says = `does not take a ${ONE[signal]}: ${messageOf(error)}${await lastErrorOf(sources)}`;
    return [broken(says, COLLECTOR_TODO), receiving(sources, signal)];
  }
}

function receiving({ telemetry }: PipelineSources, signal: ReceivedSignal): HopState {
  if (telemetry?.isReceiving) return works(`waits for ${signal} of the Collector`);
  return broken(
    `receives no ${signal}: this lab is of a chart from before version 0.2`,
    'Upgrade the lab. Until then the Collector prints them, if a pipeline ends in its debug exporter.',
  );
}

async function dropped(sources: PipelineSources, signal: ReceivedSignal, collector: HopState): Promise<Backends> {
  const gap = pipelineGap(await collectorYamlOf(sources), signal);
  if (gap) return [broken(gap.says, gap.todo), broken(`gets no ${signal}: see the Collector`, gap.todo)];
  const todo =
    `Look at service.pipelines.${signal} in collector.yaml: ` +
    `is ${GUIDE_EXPORTER} still among its exporters, and does no processor drop all ${signal}?`;
  const error = await lastErrorOf(sources);
  return [
    error ? broken(`${collector.says}, but${error.slice(1)}`, todo) : collector,
    broken(`a ${ONE[signal]} that the Collector took did not arrive`, todo),
  ];
}

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const resource = { attributes: [text(ATTR_SERVICE_NAME, 'guide')] };
const scope = { name: PROBE_SCOPE };

/** The telemetry that tests the path. The guide knows it by the scope, and keeps only its id. */
const probes: Readonly<Record<ReceivedSignal, (id: string) => object>> = {
  metrics: (id) => {
    const timeUnixNano = `${Date.now()}000000`;
    const dataPoints = [{ timeUnixNano, asInt: '1', attributes: [text('probe.id', id)] }];
    return {
      resourceMetrics: [
        { resource, scopeMetrics: [{ scope, metrics: [{ name: PROBE_SCOPE, gauge: { dataPoints } }] }] },
      ],
    };
  },
  logs: (id) => {
    const record = { timeUnixNano: `${Date.now()}000000`, severityNumber: 9, attributes: [text('probe.id', id)] };
    const body = { stringValue: 'why is there no telemetry?' };
    return { resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: [{ ...record, body }] }] }] };
  },
};

async function hasArrived(
  { telemetry, patience = 4_000 }: PipelineSources,
  signal: ReceivedSignal,
  id: string,
): Promise<boolean> {
  const isThere = () => Promise.resolve(telemetry?.hasProbe(signal, id) || undefined);
  return (await poll(isThere, { within: patience, every: 100 })) ?? false;
}
