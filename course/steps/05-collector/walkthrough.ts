import { waitFor } from '../../../support/waiting.ts';
import type { Learner, Walkthrough } from '../../harness/walkthrough.ts';

/**
 * Sends a request to dice. Returns true if the Collector's log shows a span of a visit with the attribute of the step.
 * The Collector drops half of the traces, so the test calls this several times.
 */
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
