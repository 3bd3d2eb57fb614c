// What the learner's own requests show of step 9. It makes no rolls of its own, so it proves nothing: the numbers count
// for seen if right code can have sent them, after the learner's rolls.
import type { Check, Live, LabView, Look } from '../../engine/check.ts';
import { unknown } from '../../engine/findings.ts';
import type { Finding } from '../../engine/findings.ts';
import type { Observation } from '../../engine/observation.ts';
import { judgeLogs, texts as logTexts } from './logs.ts';
import { judgeMetrics, ofNewestProcess, texts, timeOf } from './metrics.ts';
import { lastEnd, rolledIn, rollsIn } from './rolls.ts';

const check: Check = async (lab) => {
  const observation = await lab.observe([]);
  return lab.settle(() => look(lab, observation), { expected: texts.counter, hint: '' });
};

async function look(lab: LabView, observation: Pick<Observation, 'look'>): Promise<Look> {
  const seen = await observation.look();
  const log = await lab.podLog('dice');
  const after = ofNewestProcess(await lab.totals());
  const [rolled, collected] = [lastEnd({ ...seen, visits: rolledIn(seen.visits) }), timeOf(after)];
  const isLater = rolled !== undefined && collected !== undefined && collected > rolled;
  const comparison = { rolls: rollsIn(seen.visits), before: [], after, isExact: false, log };
  const metrics: Finding[] = isLater ? judgeMetrics(comparison) : [texts.counter, texts.histogram].map(unknown);
  return { findings: [...metrics, ...judgeLogs(seen, log)], certain: false };
}

const roll = /^\/rolldice/;
const asked = /^\/server_request\?.*param=/;

export const live: Live = {
  paths: /^\/(rolldice|server_request)/,
  needs: {
    [texts.counter]: roll,
    [texts.histogram]: roll,
    ...Object.fromEntries(Object.values(logTexts).map((text) => [text, asked])),
  },
  check,
};
