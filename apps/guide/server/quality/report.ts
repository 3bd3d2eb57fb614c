// Judges what dice has sent lately: its traces in Jaeger, and the metrics and log records that the guide has received.
import { isLearners } from '../../../../lab/services.ts';
import type { LogRecord } from '../../explore-contract.ts';
import type { Finding } from '../../../../otlp/quality/finding.ts';
import type { Quality, QualityInput } from '../../../../otlp/quality/quality.ts';
import { recentTraces, servicesInJaeger } from '../../../../otlp/traces.ts';
import type { Trace } from '../../../../otlp/traces.ts';
import type { QualityReport } from '../../quality-contract.ts';
import type { PipelineSources } from '../lab/pipeline-sources.ts';

/** What the judgement reads of the lab. */
export type QualitySources = Pick<PipelineSources, 'jaeger' | 'files' | 'telemetry'>;

/** Milliseconds after which a trace lacks no span any longer that is on its way. The SDK waits 5 s at most. */
const ARRIVED = 6_000;

/** Names that a learner may have given dice, the newest traces of each, their spans, log records, and findings. */
const MOST = { services: 4, traces: 20, spans: 2_000, logs: 500, findings: 50, text: 300 };

export interface Period {
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly now: number;
  /** See `ARRIVED`. */
  readonly arrived?: number;
}

/** Returns what there is to say about the telemetry that dice has sent in the period. */
export async function qualityReport(sources: QualitySources, period: Period): Promise<QualityReport> {
  const [traces, files, { qualityOf }, { NOT_JUDGED }] = await Promise.all([
    tracesOf(sources.jaeger, period),
    sources.files().catch(() => undefined),
    // The registry takes memory, so it loads when somebody first looks at the findings.
    import('../../../../otlp/quality/quality.ts'),
    import('../../../../otlp/quality/score.ts'),
  ]);
  const { since, now, arrived = ARRIVED } = period;
  const input: QualityInput = {
    traces,
    isOurs: ({ service, start }) => isLearners(service) && start >= since,
    complete: now - arrived,
    instruments: (sources.telemetry?.recentInstruments(since) ?? []).filter(({ service }) => isLearners(service)),
    logs: logsOf(sources, since),
    files: files ?? {},
  };
  return reportOf(qualityOf(input), NOT_JUDGED);
}

async function tracesOf(jaeger: string, { since, now }: Period): Promise<Trace[]> {
  const services = [...new Set(['dice', ...(await servicesInJaeger(jaeger)).filter(isLearners)])];
  const search = { limit: MOST.traces, within: now - since };
  const found = await Promise.all(
    services.slice(0, MOST.services).map((service) => recentTraces(jaeger, service, search)),
  );
  const newestFirst = found.flat().sort((a, b) => b.start - a.start);
  return upToMost([...new Map(newestFirst.map((trace) => [trace.traceId, trace])).values()]);
}

/** Returns the traces up to that which has too many spans. A learner's code decides how many there are. */
function upToMost(traces: readonly Trace[]): Trace[] {
  let spans = 0;
  return traces.filter((trace) => (spans += trace.spans.length) <= MOST.spans);
}

/** Returns the newest log records of dice. A query for all services could return only those of others. */
function logsOf({ telemetry }: QualitySources, since: number): LogRecord[] {
  const services = telemetry?.logs.query({ limit: 1 }).services.filter(isLearners).slice(0, MOST.services) ?? [];
  return services
    .flatMap((service) => telemetry?.logs.query({ service, limit: MOST.logs }).records ?? [])
    .filter(({ time }) => time >= since);
}

const reportOf = ({ findings, score, judged }: Quality, notJudged: readonly string[]): QualityReport => ({
  findings: findings.slice(0, MOST.findings).map(bounded),
  more: Math.max(0, findings.length - MOST.findings),
  ...(score && { score }),
  notJudged,
  judged,
});

/** Cuts the texts that may have parts of what the learner's code sends. */
const bounded = (finding: Finding): Finding => ({
  ...finding,
  subject: cut(finding.subject),
  message: cut(finding.message),
  todo: cut(finding.todo),
  ...(finding.attribute !== undefined && { attribute: cut(finding.attribute) }),
});

const cut = (text: string): string => (text.length > MOST.text ? `${text.slice(0, MOST.text)}…` : text);
