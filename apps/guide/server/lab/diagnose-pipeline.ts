// "Why is there no trace?": walks the sources of a span, SDK → exporter → Collector → Jaeger, and asks each what it says now.
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { accepts } from '../../../../support/tcp.ts';
import { messageOf } from '../../../../support/console.ts';
import type { Files, PipelineHop } from '../../contract.ts';
import { parseSettings } from '../../../telemetry/settings.ts';
import { suppressTracing } from '../suppress-tracing.ts';
import { traceFromJaeger } from '../../../../otlp/traces.ts';
import { send } from './visit.ts';

/** What is asked on the sources. */
export interface PipelineSources {
  dice: string;
  collector?: string | undefined;
  /** Base path included. */
  jaeger: string;
  /** The lab's own settings for dice, which settings.env may change. */
  settings: Record<string, string | undefined>;
  files: () => Promise<Files | undefined>;
  /** Log of the newest pod; '' where it can't be had. */
  podLog: (component: 'dice' | 'collector', sinceSeconds: number) => Promise<string>;
  /** Why the newest pod does not serve: then an older one goes on, with older code or configuration. */
  podTrouble?: (component: 'dice' | 'collector') => Promise<string | undefined>;
  /** How long a span may take to Jaeger, in milliseconds. */
  patience?: number;
}

export function diagnosePipeline(sources: PipelineSources): Promise<PipelineHop[]> {
  return suppressTracing(async () => {
    const settings = {
      ...sources.settings,
      ...parseSettings((await sources.files().catch(() => undefined))?.['settings.env'] ?? '').values,
    };
    const [sdk, exporter, [collector, jaeger]] = await Promise.all([
      sdkHop(sources, settings),
      exporterHop(sources, settings),
      backendHops(sources),
    ]);
    return [sdk, exporter, collector, jaeger];
  });
}

type Settings = Record<string, string | undefined>;

async function sdkHop({ dice, podTrouble }: PipelineSources, settings: Settings): Promise<PipelineHop> {
  const trouble = await podTrouble?.('dice');
  if (trouble)
    return {
      name: 'sdk',
      ok: false,
      says: trouble,
      todo: 'The pod before it, if there is one, goes on with the code from before. Mend app.ts or settings.env, then Run.',
    };
  if (!(await accepts(dice)))
    return {
      name: 'sdk',
      ok: false,
      says: 'dice takes no connections, so nothing can make a span',
      todo: 'See in the log why dice does not start: the panel beside the editor, or kubectl logs.',
    };
  return sdkWith(settings);
}

function sdkWith({
  INSTRUMENTATION: level = 'none',
  OTEL_SDK_DISABLED: disabled,
  OTEL_TRACES_SAMPLER: sampler,
}: Settings): PipelineHop {
  const bad = (says: string, todo: string): PipelineHop => ({ name: 'sdk', ok: false, says, todo });
  if (level === 'none')
    return bad(
      'INSTRUMENTATION is none: the SDK is not even loaded',
      'Set INSTRUMENTATION=auto (or manual) in settings.env, then Run.',
    );
  if (level !== 'auto' && level !== 'manual')
    return bad(
      `INSTRUMENTATION is "${level}", which nobody knows`,
      'Set it to none, auto or manual in settings.env, then Run.',
    );
  if (disabled?.toLowerCase() === 'true')
    return bad('OTEL_SDK_DISABLED is true', 'Take OTEL_SDK_DISABLED out of settings.env, then Run.');
  if (sampler?.includes('always_off'))
    return bad(
      `OTEL_TRACES_SAMPLER is ${sampler}: no span is recorded`,
      'Take OTEL_TRACES_SAMPLER out of settings.env, then Run.',
    );
  const says =
    level === 'auto' ? 'on, with the instrumentation libraries' : 'on, by hand: only the spans that app.ts starts';
  return { name: 'sdk', ok: true, says: `INSTRUMENTATION is ${level}: ${says}` };
}

async function exporterHop({ podLog }: PipelineSources, settings: Settings): Promise<PipelineHop> {
  const {
    OTEL_TRACES_EXPORTER: exporter = 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: general,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint = general,
  } = settings;
  const bad = (says: string, todo: string): PipelineHop => ({ name: 'exporter', ok: false, says, todo });
  const names = exporter.split(',').map((name) => name.trim());
  if (!names.includes('otlp'))
    return bad(
      `OTEL_TRACES_EXPORTER is ${exporter}: nothing is sent to the Collector`,
      'Set OTEL_TRACES_EXPORTER=otlp in settings.env (console,otlp for both), then Run.',
    );
  if (endpoint && (!URL.canParse(endpoint) || !(await accepts(endpoint))))
    return bad(
      `nothing takes connections at ${endpoint}`,
      'Take OTEL_EXPORTER_OTLP_ENDPOINT out of settings.env (the lab sets it to its Collector), then Run.',
    );
  const trouble = (await podLog('dice', 20)).split('\n').findLast((line) => /^OpenTelemetry error: /.test(line));
  if (trouble)
    return bad(`dice says: ${trouble}`, 'See the next hop: is the Collector there, and does it take what is sent?');
  return {
    name: 'exporter',
    ok: true,
    says: `sends by OTLP to ${endpoint ?? 'the default endpoint'}, and reports no trouble`,
  };
}

async function backendHops(sources: PipelineSources): Promise<[PipelineHop, PipelineHop]> {
  const jaegerSays = await answerOf(sources);
  try {
    if (!sources.collector) throw new Error('OTEL_EXPORTER_OTLP_ENDPOINT is not set');
    const trouble = await sources.podTrouble?.('collector');
    if (trouble) throw new Error(trouble);
    const sent = await probe(sources.collector);
    const collector: PipelineHop = { name: 'collector', ok: true, says: `takes spans at ${sources.collector}` };
    if (jaegerSays !== undefined) return [collector, notThere(sources, jaegerSays)];
    return (await found(sources, sent)).length > 0
      ? [
          collector,
          { name: 'jaeger', ok: true, says: 'has the span that the guide has just sent through the Collector' },
        ]
      : await lost(sources, collector);
  } catch (error) {
    const says = `does not take a span: ${messageOf(error)}${await saidBy(sources)}`;
    const collector: PipelineHop = {
      name: 'collector',
      ok: false,
      says,
      todo: 'Is its pod running? If you changed collector.yaml, its log names the mistake; Reset puts it back.',
    };
    return [
      collector,
      jaegerSays === undefined ? { name: 'jaeger', ok: true, says: 'answers' } : notThere(sources, jaegerSays),
    ];
  }
}

const notThere = ({ jaeger }: PipelineSources, says: string): PipelineHop => ({
  name: 'jaeger',
  ok: false,
  says: `does not answer at ${jaeger}: ${says}`,
  todo: 'Wait until its pod is ready again. It keeps traces in memory: those from before a restart are gone, so play new rounds.',
});

async function lost(sources: PipelineSources, collector: PipelineHop): Promise<[PipelineHop, PipelineHop]> {
  const todo =
    'Look at service.pipelines.traces in collector.yaml: is otlphttp/jaeger still among its exporters, and does no processor drop all spans?';
  const said = await saidBy(sources);
  return [
    { ...collector, ...(said ? { ok: false, todo, says: `${collector.says}, but${said.slice(1)}` } : {}) },
    { name: 'jaeger', ok: false, says: 'answers, but a span that the Collector took did not come out here', todo },
  ];
}

async function answerOf({ jaeger }: PipelineSources): Promise<string | undefined> {
  try {
    await traceFromJaeger(jaeger, randomBytes(16).toString('hex'));
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** The Collector's last word of trouble. */
async function saidBy({ podLog }: PipelineSources): Promise<string> {
  const line = (await podLog('collector', 120))
    .split('\n')
    .findLast((text) => /\terror\t|^Error: |Dropping|Exporting failed/.test(text));
  return line ? `; its log says: ${line.trim().slice(0, 300)}` : '';
}

/** Several, for a Collector that samples may drop one. */
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

async function found({ jaeger, patience = 4_000 }: PipelineSources, ids: string[]): Promise<string[]> {
  const deadline = Date.now() + patience;
  for (;;) {
    const traces = await Promise.all(ids.map((id) => traceFromJaeger(jaeger, id).catch(() => undefined)));
    const there = traces.flatMap((trace) => (trace ? [trace.traceId] : []));
    if (there.length > 0 || Date.now() > deadline) return there;
    await delay(200);
  }
}
