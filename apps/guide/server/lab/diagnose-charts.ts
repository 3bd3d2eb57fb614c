// Tests the hops of the charts of requests, errors and latency. The Collector makes their figures from the spans that
// it takes, in pipelines of their own, and sends them to the guide, and to Prometheus if the lab has it. What is in
// dice is the same as for traces.
import { RED_METRICS } from '../../../../lab/names.ts';
import type { PipelineHop } from '../../contract.ts';
import { answersOf, endStates, guideState, newestSample } from './diagnose-ends.ts';
import type { End } from './diagnose-ends.ts';
import { probe } from './diagnose-traces.ts';
import { chartsRoute, GUIDE, PROMETHEUS } from './pipeline-gaps.ts';
import type { PipelineSources } from './pipeline-sources.ts';

/**
 * The Collector sends the figures every 5 s, also if they have not changed. Figures that arrived in that time prove
 * that the path works.
 */
const INTERVAL = 6_000;

export async function diagnoseCharts(sources: PipelineSources): Promise<PipelineHop[]> {
  const { collector = '', prometheus, patience = 4_000 } = sources;
  const since = Date.now() - INTERVAL;
  const ends: [End, ...End[]] = [guideEnd(sources, since)];
  if (prometheus) ends.push(prometheusEnd(prometheus, since));
  const states = await endStates(sources, ends, {
    send: probe,
    taken: `makes the figures for the charts of the spans that it takes at ${collector}`,
    // After its start, the Collector sends the first figures within an interval, so this takes longer than a probe.
    patience: 1.5 * patience,
  });
  return states.map(([name, state]) => ({ signal: 'charts', name, ...state }));
}

const guideEnd = (sources: PipelineSources, since: number): End => ({
  name: 'guide',
  route: chartsRoute(GUIDE),
  state: () => guideState(sources, 'charts'),
  has: () => (sources.telemetry?.latestCharts ?? 0) > since,
  arrived: 'gets the figures for the charts',
});

function prometheusEnd(url: string, since: number): End {
  const newest = () => newestSample(url, `${RED_METRICS.duration.replaceAll('.', '_')}_count`);
  return {
    name: 'prometheus',
    route: chartsRoute(PROMETHEUS),
    state: () => answersOf(newest()),
    has: async () => (await newest().catch(() => 0)) > since,
    arrived: 'gets the figures for the charts',
  };
}
