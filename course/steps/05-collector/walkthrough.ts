import { waitFor } from '../../../support/waiting.ts';
import type { Learner, Walkthrough } from '../../harness/walkthrough.ts';

/** Whether the Collector logs a visit. It drops half of the traces, so one visit proves nothing. */
async function isLogged(learner: Learner): Promise<true | undefined> {
  await learner.ask('/visit');
  const log = learner.log(/GET \/visit .*workshop\.step=5/, 'the Collector', 4_000);
  return log.then(() => true as const).catch(() => undefined);
}

export const walkthrough: Walkthrough = {
  onPage: async (learner) => {
    await learner.solve();
    await waitFor('a visit in the log of the Collector', () => isLogged(learner), { within: 60_000 });
  },
};
