// Answers the question "Why is there no telemetry?". It tests each hop of each signal: those in dice, the Collector,
// and where the signal ends. It tests the same for the charts that the Collector makes from spans.
import { poll } from '../../../../support/waiting.ts';
import { diagnosedParts } from '../../contract.ts';
import type { Component, DiagnosedPart, PipelineHop } from '../../contract.ts';
import type { Outdated } from '../pods/phase.ts';
import { suppressTracing } from '../suppress-tracing.ts';
import { diagnoseCharts } from './diagnose-charts.ts';
import { diagnoseReceived } from './diagnose-received.ts';
import { diagnoseTraces } from './diagnose-traces.ts';
import type { DiceState } from './dice-state.ts';
import { broken } from './hop-state.ts';
import { lossesOf, withCrash, withLosses } from './losses.ts';
import { diceStateOf } from './pipeline-sources.ts';
import type { PipelineSources } from './pipeline-sources.ts';

/**
 * Tests all hops of the signals, and of the charts.
 * @returns the hops of one after another, each in the order in which telemetry passes them
 */
export function diagnosePipeline(
  sources: PipelineSources,
  parts: readonly DiagnosedPart[] = diagnosedParts,
): Promise<PipelineHop[]> {
  return suppressTracing(async () => {
    const before = await settled(sources);
    const dice = await diceStateOf(sources);
    const hops = parts.map((part) => hopsOf(sources, dice, part));
    const found = (await Promise.all(hops)).flat();
    // A Run meanwhile: nobody knows whether the old pod or the new one answered.
    const older = { ...(await olderThanFiles(sources)), ...before };
    const losses = await lossesOf({ ...sources, report: () => Promise.resolve(dice.report) });
    const crash = await sources.crash?.().catch(() => undefined);
    return once(found.map((hop) => withCrash(withLosses(honest(hop, older), losses), crash)));
  });
}

function hopsOf(sources: PipelineSources, dice: DiceState, part: DiagnosedPart): Promise<PipelineHop[]> {
  if (part === 'traces') return diagnoseTraces(sources, dice);
  return part === 'charts' ? diagnoseCharts(sources) : diagnoseReceived(sources, dice, part);
}

/** Says each finding in one place: where telemetry passes first. Later hops point to it. */
function once(hops: readonly PipelineHop[]): PipelineHop[] {
  return hops.map((hop, at) => {
    if (hop.ok || hop.untested) return hop;
    const before = hops.slice(0, at);
    const { signal, name, finding } = hop;
    const sdk = before.find((one) => one.signal === signal && one.name === 'sdk' && !one.ok);
    if (name === 'exporter' && sdk?.finding === finding)
      return { signal, name, ok: false, untested: true, says: 'not tested: see the SDK' };
    const same = before.find((one) => one.name === name && one.says === hop.says && one.todo !== undefined);
    if (!same) return hop;
    return { signal, name, ok: false, ...(finding && { finding }), says: `as for ${same.signal}: see there` };
  });
}

/** Why the pods that answer are older than the learner's files, or may be: see `outdated`. */
type Older = Partial<Record<Component, Outdated>>;

const HOPS: Readonly<Record<Component, readonly PipelineHop['name'][]>> = {
  dice: ['sdk', 'exporter'],
  collector: ['collector'],
};

async function olderThanFiles({ outdated }: PipelineSources): Promise<Older> {
  const ask = async (component: Component) => outdated?.(component).catch(() => undefined);
  const [dice, collector] = await Promise.all([ask('dice'), ask('collector')]);
  // Nothing is sent through dice, so an old pod of it that shuts down does not matter.
  return { ...(dice?.blocks === true && { dice }), ...(collector && { collector }) };
}

/** Waits a little for pods of a Run that is under way. @returns what is older than the files even then */
async function settled(sources: PipelineSources): Promise<Older> {
  const { patience = 4_000 } = sources;
  let older: Older = {};
  const isSettled = async () => {
    older = await olderThanFiles(sources);
    return Object.values(older).some(({ passes }) => passes) ? undefined : true;
  };
  await poll(isSettled, { within: patience, every: 500 });
  return older;
}

/** Returns the hop, which does not work if what was tried may be another program than that of the learner's files. */
function honest(hop: PipelineHop, older: Older): PipelineHop {
  const [component, why] = Object.entries(older).find(([name]) => HOPS[name as Component].includes(hop.name)) ?? [];
  if (!hop.ok || !why) return hop;
  const finding = component === 'dice' ? 'pod/not-running' : 'collector/not-running';
  const says = `what answers is not, or not only, what your files say: ${why.reason}`;
  return { ...hop, ...broken(finding, says, why.todo ?? 'Look again in some seconds.') };
}
