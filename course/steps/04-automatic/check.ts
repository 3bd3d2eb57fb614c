// The check of step 4. It passes if dice's log contains the span of a request, made by an instrumentation library, and
// a metric.
import { refusedValues } from '../../../apps/telemetry/environment.ts';
import { numberIn } from '../../../apps/telemetry/numbers.ts';
import type { AppAnswer, Check, LabView, Live, Look } from '../../engine/check.ts';
import { allMet, finding, unknown, unmet, verdictOf } from '../../engine/findings.ts';
import type { Finding, Problem } from '../../engine/findings.ts';
import { diceSamplerHint } from '../../engine/sampling.ts';

type Settings = Readonly<Record<string, string | undefined>>;

const texts = {
  library: "a visit's spans in the log of dice, made by the libraries (INSTRUMENTATION=auto)",
  server: 'the SERVER span “GET /visit” among them',
  metric: 'a metric in the log (OTEL_METRICS_EXPORTER=console)',
};
const longest = 40_000; // ms that a check waits for a metric
const patience = 6_000; // ms within which a span is printed, also on a busy machine

export const check: Check = async (lab) => {
  const answer = await lab.ask('/visit');
  if (answer.status === 0) return verdictOf([noAnswer(answer)]);
  await lab.flush();
  const [settings, began] = [await lab.settings(), lab.now()];
  const look = async (): Promise<Look> => {
    const log = await lab.podLog('dice');
    const blocks = blocksOf(log, answer.traceId);
    if (blocks.length === 0) return nothingPrinted(lab, settings, lab.now() - began > patience);
    const findings = judge({ log, blocks, settings });
    const certain = allMet(findings) || hasMetric(log) || !names(settings, 'METRICS', 'console');
    return { findings, certain, traceId: answer.traceId };
  };
  return lab.settle(look, { expected: texts.library, hint: restart }, intervalOf(settings) + 2_000);
};

export const live: Live = { paths: /^\/visit/ };

const restart = 'The settings look right: was dice restarted since? Press Run, or kubectl rollout restart.';

const noAnswer = ({ body }: AppAnswer): Finding =>
  unmet('dice to answer GET /visit', {
    hop: 'pod',
    id: 'pod/no-answer',
    found: body,
    hint: 'Is the new pod running? Its log says why not.',
  });

/** Finds the printed spans of this trace in the log. The console exporter prints each span as a JavaScript object. */
const blocksOf = (log: string, traceId: string): string[] =>
  log.split(/^\{$/m).filter((block) => block.includes(`\n  traceId: '${traceId}'`));

const hasMetric = (log: string): boolean => /^\s*dataPointType: \d/m.test(log);

const names = (settings: Settings, signal: 'TRACES' | 'METRICS', exporter: string): boolean =>
  (settings[`OTEL_${signal}_EXPORTER`] ?? 'otlp').split(',').some((name) => name.trim() === exporter);

const intervalOf = (settings: Settings): number =>
  Math.min(numberIn(settings, 'OTEL_METRIC_EXPORT_INTERVAL', 60_000), longest);

export interface Printed {
  readonly log: string;
  /** The printed spans of the visit. */
  readonly blocks: readonly string[];
  readonly settings: Settings;
}

export function judge({ log, blocks, settings }: Printed): Finding[] {
  const byLibrary = blocks.filter((block) => block.includes("name: '@opentelemetry/instrumentation-"));
  return [
    finding(texts.library, byLibrary.length > 0 ? undefined : byHand),
    byLibrary.length > 0 ? finding(texts.server, troubleWithServer(byLibrary)) : unknown(texts.server),
    finding(texts.metric, hasMetric(log) ? undefined : troubleWithMetrics(settings)),
  ];
}

const byHand: Problem = {
  id: '04-automatic/by-hand',
  found: 'spans that were written by hand',
  hint: 'Set INSTRUMENTATION=auto in settings.env: this step is about what comes without a line of code.',
};

function troubleWithServer(blocks: readonly string[]): Problem | undefined {
  if (blocks.some((block) => block.includes("\n  name: 'GET /visit'") && block.includes('\n  kind: 1,')))
    return undefined;
  return {
    id: '04-automatic/no-server-span',
    found: 'other spans of that trace, not this one',
    hint: 'Does app.ts still have its route /visit?',
  };
}

/** Says what the value is instead, if no exporter has that name. */
function consoleHint(settings: Settings, signal: 'TRACES' | 'METRICS'): string {
  const name = `OTEL_${signal}_EXPORTER`;
  const refused = refusedValues(settings).find(({ names: [first] }) => first === name);
  return `${refused ? `${refused.says}. ${refused.todo} ` : ''}Set ${name}=console in settings.env, then Run.`;
}

function troubleWithMetrics(settings: Settings): Problem {
  if (!names(settings, 'METRICS', 'console'))
    return {
      id: '04-automatic/no-metric',
      found: 'no metric there: OTEL_METRICS_EXPORTER does not name the console',
      hint: consoleHint(settings, 'METRICS'),
    };
  const seconds = intervalOf(settings) / 1_000;
  return {
    id: '04-automatic/no-metric',
    found: `no metric there yet: metrics are printed every ${seconds} s (OTEL_METRIC_EXPORT_INTERVAL)`,
    hint: 'Wait until the first one is printed, then check again.',
  };
}

/** Explains a log without the span, by the settings and the state of the SDK. */
async function nothingPrinted(lab: LabView, settings: Settings, isLate: boolean): Promise<Look> {
  const problem =
    levelProblem(settings) ?? (await sdkProblem(lab)) ?? exporterProblem(settings) ?? samplerProblem(settings);
  const found = 'no span of the visit in the log';
  const library = unmet(texts.library, problem ?? { hop: 'pod', id: '04-automatic/no-span', found, hint: restart });
  return {
    findings: [library, unknown(texts.server), unknown(texts.metric)],
    certain: isLate || problem !== undefined,
  };
}

const LEVELS: Readonly<Record<string, string>> = {
  manual: 'at manual, only code that you write makes spans',
  none: 'at none, the SDK is not even loaded',
};

function levelProblem({ INSTRUMENTATION: level = 'none' }: Settings): Problem | undefined {
  const reason = LEVELS[level];
  if (reason === undefined) return undefined;
  const hint = `Set INSTRUMENTATION=auto in settings.env: ${reason}.`;
  return { hop: 'pod', id: '04-automatic/level', found: `no span there: INSTRUMENTATION is ${level}`, hint };
}

async function sdkProblem(lab: LabView): Promise<Problem | undefined> {
  const sdk = (await lab.why()).find(({ name, ok }) => name === 'sdk' && !ok);
  return sdk && { hop: 'pod', id: sdk.finding ?? 'pod', found: sdk.says, hint: sdk.todo ?? restart };
}

function exporterProblem(settings: Settings): Problem | undefined {
  if (names(settings, 'TRACES', 'console')) return undefined;
  const found = `no span there: OTEL_TRACES_EXPORTER is ${settings['OTEL_TRACES_EXPORTER'] ?? 'not set'}`;
  return {
    hop: 'pod',
    id: '04-automatic/no-trace-console',
    found: `${found}, and does not name the console`,
    hint: consoleHint(settings, 'TRACES'),
  };
}

/** Returns what keeps a trace from being recorded now and then, which no log and no other setting shows. */
function samplerProblem(settings: Settings): Problem | undefined {
  const hint = diceSamplerHint(settings);
  return hint === undefined
    ? undefined
    : { hop: 'pod', id: 'telemetry/sampled', found: 'no span of the visit in the log', hint };
}
