// Answers the question "Why is there no trace?". It tests each hop from dice to Jaeger: the SDK, the exporter, the
// Collector and Jaeger.
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { JAEGER_EXPORTER } from '../../../../lab/names.ts';
import { accepts } from '../../../../support/ports.ts';
import { messageOf } from '../../../../support/errors.ts';
import type { Component, Files, PipelineHop } from '../../contract.ts';
import type { Report } from '../../../telemetry/report.ts';
import { parseSettings } from '../../../telemetry/settings.ts';
import { settingsMistakes } from '../symptoms/settings.ts';
import { suppressTracing } from '../suppress-tracing.ts';
import { traceFromJaeger } from '../../../../otlp/traces.ts';
import { samplingShares } from '../../collector-yaml.ts';
import { exporterError, exporterMistake, sdkState } from './dice-state.ts';
import type { DiceState } from './dice-state.ts';
import type { ReceivedTelemetry } from './received.ts';
import { send } from './visit.ts';

/** The services, files and logs that the diagnosis reads. */
export interface PipelineSources {
  readonly dice: string;
  readonly collector?: string | undefined;
  /** URL of Jaeger with its base path. */
  readonly jaeger: string;
  /** The settings that the chart gives dice. The learner's settings.env may override them. */
  readonly settings: Record<string, string | undefined>;
  readonly files: () => Promise<Files | undefined>;
  /** Returns the log of the component's newest pod, or '' if the log can't be read. */
  readonly podLog: (component: Component, sinceSeconds: number) => Promise<string>;
  /**
   * Returns why the component's newest pod is not ready, or undefined if it is ready. While the newest pod is not
   * ready, an older pod still answers, with older code or configuration.
   */
  readonly podTrouble?: (component: Component) => Promise<string | undefined>;
  /** Returns what dice reports about itself. The learner's code could fake it, so it explains and proves nothing. */
  readonly report?: () => Promise<Report | undefined>;
  /**
   * Asks dice to send its telemetry now. @returns whether dice says that it has. Then its telemetry arrives sooner, and
   * nothing else changes.
   */
  readonly flush?: () => Promise<boolean>;
  /** The metrics and logs that the guide has received. Undefined if it receives none. */
  readonly telemetry?: ReceivedTelemetry | undefined;
  /** Milliseconds within which a test span must arrive in Jaeger. */
  readonly patience?: number;
}

/** Tests all hops from the SDK to Jaeger. @returns the hops in the order in which a span passes them */
export function diagnosePipeline(sources: PipelineSources): Promise<PipelineHop[]> {
  return suppressTracing(async () => {
    const text = (await sources.files().catch(() => undefined))?.['settings.env'] ?? '';
    const dice: DiceState = {
      settings: { ...sources.settings, ...parseSettings(text).values },
      mistakes: settingsMistakes(text, sources.settings),
      report: await sources.report?.().catch(() => undefined),
    };
    const [sdk, exporter, [collector, jaeger]] = await Promise.all([
      sdkHop(sources, dice),
      exporterHop(sources, dice),
      backendHops(sources),
    ]);
    return [sdk, exporter, collector, jaeger];
  });
}

async function sdkHop({ dice, podTrouble }: PipelineSources, state: DiceState): Promise<PipelineHop> {
  const trouble = await podTrouble?.('dice');
  if (trouble)
    return {
      name: 'sdk',
      ok: false,
      says: trouble,
      todo: 'Fix app.ts or settings.env, then Run. Until then the old pod serves with the old code, if there is one.',
    };
  if (!(await accepts(dice)))
    return {
      name: 'sdk',
      ok: false,
      says: 'dice takes no connections, so nothing can make a span',
      todo: 'See in the log why dice does not start: the panel beside the editor, or kubectl logs.',
    };
  return sdkState(state);
}

async function exporterHop({ podLog }: PipelineSources, state: DiceState): Promise<PipelineHop> {
  const mistake = exporterMistake(state);
  if (mistake) return mistake;
  const { OTEL_EXPORTER_OTLP_ENDPOINT: general, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint = general } =
    state.settings;
  const bad = (says: string, todo: string): PipelineHop => ({ name: 'exporter', ok: false, says, todo });
  if (endpoint && (!URL.canParse(endpoint) || !(await accepts(endpoint))))
    return bad(
      `nothing takes connections at ${endpoint}`,
      'Take OTEL_EXPORTER_OTLP_ENDPOINT out of settings.env (the lab sets it to its Collector), then Run.',
    );
  const todo = 'See the next hop: is the Collector there, and does it take what is sent?';
  const trouble = exporterError(state);
  if (trouble) return bad(`dice says: ${trouble}`, todo);
  const logged = state.report ? undefined : loggedError(await podLog('dice', 20));
  if (logged) return bad(`dice's log has an error, which may be about spans: ${logged}`, todo);
  return {
    name: 'exporter',
    ok: true,
    says: `sends by OTLP to ${endpoint ?? 'the default endpoint'}, and reports no trouble`,
  };
}

/** Returns the last error of an exporter in dice's log. One that names metrics or logs explains no missing span. */
const loggedError = (log: string): string | undefined =>
  log.split('\n').findLast((line) => /^OpenTelemetry error: (?!.*\b(metrics?|logs?)\b)/i.test(line));

async function backendHops(sources: PipelineSources): Promise<[PipelineHop, PipelineHop]> {
  const jaegerError = await jaegerErrorOf(sources);
  const trouble = await sources.podTrouble?.('collector');
  if (trouble) return [newCollector(trouble), jaegerHop(sources, jaegerError)];
  try {
    if (!sources.collector) throw new Error('OTEL_EXPORTER_OTLP_ENDPOINT is not set');
    const sent = await probe(sources.collector);
    const collector: PipelineHop = { name: 'collector', ok: true, says: `takes spans at ${sources.collector}` };
    if (jaegerError !== undefined) return [collector, unreachable(sources, jaegerError)];
    return (await arrived(sources, sent)).length > 0
      ? [
          collector,
          { name: 'jaeger', ok: true, says: 'has the span that the guide has just sent through the Collector' },
        ]
      : await droppedSpan(sources, collector);
  } catch (error) {
    const says = `does not take a span: ${messageOf(error)}${await lastErrorOf(sources)}`;
    const collector: PipelineHop = {
      name: 'collector',
      ok: false,
      says,
      todo: 'Is its pod running? If you changed collector.yaml, the log names the mistake. Reset restores the file.',
    };
    return [collector, jaegerHop(sources, jaegerError)];
  }
}

/** Returns the hop of a Collector whose newest pod does not run. The one before it may still take spans. */
const newCollector = (trouble: string): PipelineHop => ({
  name: 'collector',
  ok: false,
  says: `its new pod does not run: ${trouble}`,
  todo: 'Fix collector.yaml, then Run. Until then the Collector before it still takes spans, if there is one.',
});

const jaegerHop = (sources: PipelineSources, error: string | undefined): PipelineHop =>
  error === undefined ? { name: 'jaeger', ok: true, says: 'answers' } : unreachable(sources, error);

const unreachable = ({ jaeger }: PipelineSources, says: string): PipelineHop => ({
  name: 'jaeger',
  ok: false,
  says: `does not answer at ${jaeger}: ${says}`,
  todo:
    'Wait until its pod is ready again. A restart loses its traces, because they are in memory. ' +
    'Then play new rounds.',
});

async function droppedSpan(sources: PipelineSources, collector: PipelineHop): Promise<[PipelineHop, PipelineHop]> {
  const yaml = (await sources.files().catch(() => undefined))?.['collector.yaml'] ?? '';
  const todo =
    smallShare(yaml) ??
    'Look at service.pipelines.traces in collector.yaml: ' +
      `is ${JAEGER_EXPORTER} still among its exporters, and does no processor drop all spans?`;
  const collectorError = await lastErrorOf(sources);
  return [
    {
      ...collector,
      ...(collectorError ? { ok: false, todo, says: `${collector.says}, but${collectorError.slice(1)}` } : {}),
    },
    { name: 'jaeger', ok: false, says: 'answers, but a span that the Collector took did not arrive', todo },
  ];
}

/** Returns what to do about a sampler that keeps so few traces that no test span may be among them, or undefined. */
function smallShare(yaml: string): string | undefined {
  const small = samplingShares(yaml).find(({ percentage }) => percentage < 20);
  if (small === undefined) return undefined;
  const set = `${small.name} in collector.yaml has sampling_percentage: ${small.percentage}`;
  return `${set}, which keeps ${small.percentage} % of the traces. For half of them write 50, then Run.`;
}

async function jaegerErrorOf({ jaeger }: PipelineSources): Promise<string | undefined> {
  try {
    await traceFromJaeger(jaeger, randomBytes(16).toString('hex'));
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** Returns the last error in the Collector's log. */
async function lastErrorOf({ podLog }: PipelineSources): Promise<string> {
  const line = (await podLog('collector', 120))
    .split('\n')
    .findLast((text) => /\terror\t|^Error: |Dropping|Exporting failed/.test(text));
  return line ? `; its log says: ${line.trim().slice(0, 300)}` : '';
}

/**
 * Sends several test spans to the Collector. One test span is not enough, because a Collector that samples may drop it.
 * @returns the trace ids of the test spans
 */
async function probe(collector: string): Promise<string[]> {
  const ids = Array.from({ length: 6 }, () => randomBytes(16).toString('hex'));
  for (const traceId of ids) {
    const now = Date.now();
    await send(collector, {
      traceId,
      spanId: randomBytes(8).toString('hex'),
      name: 'why is there no trace?',
      kind: 1,
      startTimeUnixNano: `${now}000000`,
      endTimeUnixNano: `${now + 1}000000`,
    });
  }
  return ids;
}

async function arrived({ jaeger, patience = 4_000 }: PipelineSources, ids: string[]): Promise<string[]> {
  const deadline = Date.now() + patience;
  for (;;) {
    const traces = await Promise.all(ids.map((id) => traceFromJaeger(jaeger, id).catch(() => undefined)));
    const there = traces.flatMap((trace) => (trace ? [trace.traceId] : []));
    if (there.length > 0 || Date.now() > deadline) return there;
    await delay(200);
  }
}
