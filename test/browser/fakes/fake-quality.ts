// What the fake guide says of the telemetry of dice: findings of each level, at the spans of the newest trace.
import type { Finding, QualityReport } from '../../../apps/guide/quality-contract.ts';
import { scoreOf } from '../../../otlp/quality/score.ts';
import type { SpanOfPage } from '../../../apps/guide/contract.ts';
import type { FakeLab } from './fake-lab.ts';

const FINDINGS: readonly Omit<Finding, 'spans'>[] = [
  {
    id: 'deprecated',
    level: 'violation',
    signal: 'span',
    subject: 'do_roll',
    attribute: 'http.method',
    message: 'http.method is deprecated in the semantic conventions.',
    todo: 'Write http.request.method instead.',
    place: { file: 'app.ts', line: 2 },
    count: 3,
  },
  {
    id: 'missing_unit',
    level: 'improvement',
    rule: 'MET-002',
    signal: 'metric',
    subject: 'dice.rolls',
    message: 'dice.rolls has no unit, so nobody knows what its numbers mean.',
    todo: "Give it one when you create it: { unit: '{roll}' }.",
    count: 1,
  },
  {
    id: 'undefined_enum_variant',
    level: 'information',
    signal: 'log',
    subject: 'dice',
    attribute: 'log.iostream',
    message: 'log.iostream is the text "tty", which is not one of the values that the semantic conventions list.',
    todo: 'They list stdout, stderr.',
    count: 2,
  },
];

const isOfDice = ({ service }: SpanOfPage): boolean => service === 'dice';

const flat = (spans: readonly SpanOfPage[]): SpanOfPage[] => spans.flatMap((span) => [span, ...flat(span.children)]);

/** Returns the report. There is none of a lab that the test wants without findings. */
export function qualityOf(lab: FakeLab): QualityReport {
  const newest = lab.traces().at(-1);
  const spans = flat(newest?.roots ?? []).filter(isOfDice);
  const findings = lab.hasFindings && spans.length > 0 ? FINDINGS : [];
  const score = scoreOf(
    findings.map((finding) => ({ ...finding, spans: [] })),
    new Set(spans.length > 0 ? ['resource', 'span', 'metric', 'log'] : []),
  );
  return {
    findings: findings.map((finding) => ({
      ...finding,
      spans: finding.signal === 'span' ? spans.map(({ traceId, spanId }) => ({ traceId, spanId })) : [],
    })),
    more: 0,
    ...(score && { score }),
    notJudged: ['LOG-001, because it needs 14 days'],
    judged: { spans: spans.length, instruments: spans.length > 0 ? 1 : 0, logs: spans.length > 0 ? 2 : 0 },
  };
}
