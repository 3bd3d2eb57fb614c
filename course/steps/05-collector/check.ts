// The check of step 5. It looks for the Collector's changes on the guide's own spans. Apps can't change those spans, so
// the changes prove that the Collector made them.
import { ATTR_USER_AGENT_ORIGINAL } from '@opentelemetry/semantic-conventions';
import type { Span } from '../../../otlp/traces.ts';
import type { Check, Live, Look } from '../../engine/check.ts';
import { explained, finding } from '../../engine/findings.ts';
import type { Explained, Finding, Problem } from '../../engine/findings.ts';
import { renameHint } from '../../engine/names.ts';
import type { Seen } from '../../engine/observation.ts';
import { propagatorsHint } from '../../engine/propagation.ts';
import { diceSamplerHint } from '../../engine/sampling.ts';
import { ignoredText, keysOf, shareHint, troubleWithOrder, unlistedProcessor } from './pipeline.ts';
import { spreadId } from './trace-ids.ts';

const visits = 24;

const texts = {
  order: 'the processors of the traces pipeline: memory_limiter first, k8sattributes kept, batch last',
  debug: "the spans in the Collector's own log, written by the debug exporter",
  added: 'the attribute workshop.step on every span that passed the Collector',
  dropped: 'no user_agent.original on any span',
  sampled: 'some of the traces, but not all',
};

export const check: Check = async (lab) => {
  const paths = Array.from({ length: visits }, () => '/visit');
  const observation = await lab.observe(
    paths,
    paths.map((_path, index) => spreadId(index, visits)),
  );
  const yaml = (await lab.files())?.['collector.yaml'] ?? '';
  const look = async (): Promise<Look> => {
    const seen = await observation.look();
    const findings = judge({ seen, yaml, log: await lab.collectorLog() });
    return { findings, certain: seen.settled, traceId: keptIn(seen)[0]?.traceId };
  };
  const settings = await lab.settings();
  const guess = 'Go look for your trace: service dice, in Jaeger.';
  const reason = explained('05-collector/share', shareHint(yaml)) ??
    explained('settings/propagators', propagatorsHint(settings)) ??
    explained('telemetry/sampled', diceSamplerHint(settings)) ?? { hint: guess };
  return lab.settle(look, { expected: 'the traces of some visits in Jaeger', ...reason });
};

export const live: Live = { paths: /^\/visit/ };

interface KeptTrace {
  traceId: string;
  guide: Span;
  dice: Span;
}

function keptIn({ visits: all }: Seen): KeptTrace[] {
  return all.flatMap(({ answer, trace, spans }) => {
    const guide = trace?.spans.find(({ spanId }) => spanId === answer.spanId);
    const dice = spans.find(({ kind }) => kind === 'server') ?? spans[0];
    return guide && dice ? [{ traceId: answer.traceId, guide, dice }] : [];
  });
}

export interface Evidence {
  readonly seen: Seen;
  /** The learner's collector.yaml, for the order of the processors, which no span shows. */
  readonly yaml: string;
  /** The Collector's log since the check began. */
  readonly log: string;
}

/** Judges what the step asks for. Returns nothing while no visit has left spans. */
export function judge({ seen, yaml, log }: Evidence): Finding[] {
  const kept = keptIn(seen);
  if (kept.length === 0) return [];
  return [
    finding(texts.added, first(kept, troubleWithStep, yaml)),
    finding(texts.dropped, first(kept, troubleWithAgent, yaml)),
    finding(texts.debug, troubleWithDebug(kept, log, yaml)),
    sampled(seen, yaml),
    finding(texts.order, troubleWithOrder(yaml)),
  ];
}

/** Returns the first problem. If the file has text that the Collector ignores, that is the likeliest cause. */
function first(
  kept: KeptTrace[],
  trouble: (one: KeptTrace, yaml: string) => Problem | undefined,
  yaml: string,
): Problem | undefined {
  const problem = kept.map((one) => trouble(one, yaml)).find((one) => one !== undefined);
  return problem && { ...problem, ...ignored(yaml) };
}

const ignored = (yaml: string): Explained | undefined => explained('05-collector/ignored', ignoredText(yaml));

const hasStep = ({ attributes, resource }: Span): boolean =>
  attributes['workshop.step'] !== undefined || resource['workshop.step'] !== undefined;

/** The processors that can add an attribute to a span. */
const EDITORS = ['attributes', 'resource', 'transform', 'span'];

/** Explains that a processor is defined, and that the traces pipeline doesn't list it. */
function unlisted(yaml: string, types: readonly string[]): Problem | undefined {
  const name = unlistedProcessor(yaml, types);
  return name === undefined
    ? undefined
    : {
        id: '05-collector/unlisted',
        found: `a traces pipeline that does not list ${name}`,
        hint:
          `collector.yaml defines ${name}, but a processor does nothing until it is in ` +
          'service.pipelines.traces.processors. Name it there.',
      };
}

function troubleWithStep({ guide, dice, traceId }: KeptTrace, yaml: string): Problem | undefined {
  const added = [guide, dice].filter(hasStep);
  if (added.length === 2) return undefined;
  const forgotten = added.length === 0 ? unlisted(yaml, EDITORS) : undefined;
  if (forgotten) return { ...forgotten, traceId };
  if (added.length === 0) return { ...notAdded(stepRename(yaml)), traceId };
  return {
    id: '05-collector/attribute-by-app',
    found: `workshop.step on ${added[0]?.service}'s spans only`,
    hint: "Here the app was changed, not the Collector: the guide's spans have to carry it too.",
    traceId,
  };
}

/** @param rename what to do about an attribute with another name, if there is one */
const notAdded = (rename: string | undefined): Problem => ({
  id: rename === undefined ? '05-collector/no-attribute' : '05-collector/attribute-name',
  found: 'no attribute workshop.step',
  hint:
    rename ??
    'Add a processor attributes/mine with an action insert or upsert, and name it in ' +
      'service.pipelines.traces.processors.',
});

/** The attribute of the step's example, which learners may keep. */
const EXAMPLE = 'workshop.room';

const stepRename = (yaml: string): string | undefined =>
  renameHint(
    'workshop.step',
    keysOf(yaml, (action) => action !== 'delete').filter((key) => key !== EXAMPLE),
  );

/** Returns what to do about a key that is deleted in place of the wanted one. */
function agentRename(yaml: string): string | undefined {
  const keys = keysOf(yaml, (action) => action === 'delete');
  if (keys.includes('http.user_agent')) return 'Delete user_agent.original: http.user_agent is its former name.';
  return renameHint(ATTR_USER_AGENT_ORIGINAL, keys);
}

function troubleWithAgent({ guide, dice, traceId }: KeptTrace, yaml: string): Problem | undefined {
  const agents = [guide, dice].filter(({ attributes }) => attributes[ATTR_USER_AGENT_ORIGINAL] !== undefined);
  if (agents.length === 0) return undefined;
  return {
    id: '05-collector/agent-kept',
    found: `user_agent.original on spans of ${agents.map(({ service }) => service).join(' and ')}`,
    hint: agentRename(yaml) ?? 'Add an action delete for the key user_agent.original to your processor.',
    traceId,
  };
}

/**
 * Looks for the spans in the Collector's log. With the verbosity normal or detailed, the debug exporter prints their
 * trace ids.
 */
function troubleWithDebug(kept: KeptTrace[], log: string, yaml: string): Problem | undefined {
  if (kept.some(({ traceId }) => log.includes(traceId))) return undefined;
  const hint =
    'Name debug in service.pipelines.traces.exporters, beside otlp_http/jaeger, and set ' +
    'exporters.debug.verbosity to normal or detailed: basic only counts.';
  return { id: '05-collector/no-debug', found: 'no trace id of these spans in that log', hint, ...ignored(yaml) };
}

/**
 * Judges the sampling by the guide's own spans, which no sampler of dice drops. A trace that is missing was dropped
 * only if nothing more arrives.
 */
function sampled({ visits: all, settled }: Seen, yaml: string): Finding {
  const passed = all.filter(({ answer, trace }) => trace?.spans.some(({ spanId }) => spanId === answer.spanId));
  if (passed.length === all.length) return finding(texts.sampled, troubleWithSampler(all.length, yaml));
  if (settled) return finding(texts.sampled, undefined);
  return { text: texts.sampled, state: 'unknown', found: 'some are missing, and may still come' };
}

function troubleWithSampler(visited: number, yaml: string): Problem {
  const found = `all ${visited} of ${visited}`;
  const share = shareHint(yaml);
  if (share) return { id: '05-collector/share', found, hint: share };
  return (
    unlisted(yaml, ['probabilistic_sampler']) ?? {
      id: '05-collector/keeps-all',
      found,
      hint:
        'Add a processor probabilistic_sampler with sampling_percentage: 50, ' +
        'and name it among the processors, before batch.',
    }
  );
}
