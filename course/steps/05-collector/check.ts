// The check of step 5. It looks for the Collector's changes on the guide's own span. Apps can't change that span, so
// the changes prove that the Collector made them.
import { ATTR_USER_AGENT_ORIGINAL } from '@opentelemetry/semantic-conventions';
import type { Span } from '../../../otlp/traces.ts';
import { passed, silent, wrong } from '../../engine/check.ts';
import type { Check, LabView, Verdict } from '../../engine/check.ts';

const visits = 24;

interface KeptTrace {
  traceId: string;
  guide: Span;
  dice: Span;
}
/**
 * The traces of the check's requests to dice. `settled` says whether it is certain which of these traces the Collector
 * dropped.
 */
interface VisitTraces {
  asked: string[];
  kept: KeptTrace[];
  settled: boolean;
}

export const check: Check = (lab) =>
  lab.settle(async () => {
    const seen = await visit(lab);
    if (seen.kept.length === 0)
      return silent(lab, 'the traces of some visits in Jaeger', 'Go look for your trace: service dice, in Jaeger.');
    const trouble = troubleWithAttributes(seen) ?? (await troubleWithDebug(lab, seen)) ?? troubleWithSampling(seen);
    return trouble ?? (seen.settled ? passed(seen.kept[0]?.traceId) : undefined);
  });

/**
 * Sends many requests to dice. Then it waits until all traces have arrived, or until it is certain that some were
 * dropped.
 */
async function visit(lab: LabView): Promise<VisitTraces> {
  const asked: string[] = [];
  for (let visited = 0; visited < visits; visited += 1) asked.push((await lab.ask('/visit')).traceId);
  let kept: KeptTrace[] = [];
  const settled = await lab.eventually(async () => {
    const found = (await Promise.all(asked.map((id) => lab.trace(id)))).flatMap((trace) => {
      const guide = trace?.spans.find(({ service }) => service === 'guide');
      const dice = trace?.spans.find(({ service, kind }) => service === 'dice' && kind === 'server');
      return trace && guide && dice ? [{ traceId: trace.traceId, guide, dice }] : [];
    });
    const isSettled = found.length === asked.length || (found.length === kept.length && hasDropped(asked, found));
    kept = found;
    return isSettled || undefined;
  }, 5_000);
  return { asked, kept, settled: settled === true };
}

/**
 * Returns whether the Collector dropped a trace. Traces arrive in order. So a missing trace was dropped if a later
 * trace has arrived. If no later trace has arrived, the missing one may still arrive.
 */
function hasDropped(asked: readonly string[], kept: readonly KeptTrace[]): boolean {
  const there = new Set(kept.map(({ traceId }) => traceId));
  const last = asked.findLastIndex((id) => there.has(id));
  return asked.slice(0, Math.max(last, 0)).some((id) => !there.has(id));
}

function troubleWithAttributes({ kept }: VisitTraces): Verdict | undefined {
  for (const { guide, dice, traceId } of kept) {
    const added = [guide, dice].filter(
      ({ attributes, resource }) =>
        attributes['workshop.step'] !== undefined || resource['workshop.step'] !== undefined,
    );
    if (added.length === 0)
      return wrong(
        'the attribute workshop.step on every span that passed the Collector',
        'none',
        'Add a processor attributes/mine with an action insert or upsert, and name it in ' +
          'service.pipelines.traces.processors.',
        traceId,
      );
    if (added.length === 1)
      return wrong(
        'the attribute workshop.step on the spans of all services',
        `it on ${added[0]?.service}'s spans only`,
        "Here the app was changed, not the Collector: the guide's spans have to carry it too.",
        traceId,
      );
    const agents = [guide, dice].filter(({ attributes }) => attributes[ATTR_USER_AGENT_ORIGINAL] !== undefined);
    if (agents.length > 0)
      return wrong(
        'no user_agent.original on any span',
        `it on ${agents.map(({ service }) => service).join(' and ')}`,
        'Add an action delete for the key user_agent.original to your processor.',
        traceId,
      );
  }
  return undefined;
}

/**
 * Looks for the spans in the Collector's log. With the verbosity normal or detailed, the debug exporter prints their
 * names.
 */
async function troubleWithDebug(lab: LabView, { kept }: VisitTraces): Promise<Verdict | undefined> {
  const written = await lab.eventually(async () => {
    const log = await lab.collectorLog();
    return kept.some(({ traceId }) => log.includes(traceId)) || undefined;
  }, 3_000);
  if (written) return undefined;
  return wrong(
    "the spans in the Collector's own log",
    'their trace ids are not there',
    'Name debug in service.pipelines.traces.exporters, beside otlphttp/jaeger, and set ' +
      'exporters.debug.verbosity to normal or detailed: basic only counts.',
    kept[0]?.traceId,
  );
}

function troubleWithSampling({ asked, kept }: VisitTraces): Verdict | undefined {
  if (kept.length < asked.length) return undefined;
  return wrong(
    'some of the traces, but not all',
    `all ${asked.length} of ${asked.length}`,
    'Add a processor probabilistic_sampler with sampling_percentage: 50, ' +
      'and name it among the processors, before batch.',
    kept[0]?.traceId,
  );
}
