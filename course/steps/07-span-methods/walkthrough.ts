import { eventually } from '../../../support/waiting.ts';
import type { Learner, Walkthrough } from '../../harness/walkthrough.ts';

export const walkthrough: Walkthrough = {
  onPage: async (learner) => {
    await learner.solve();
    await learner.ask('/rolldice?sides=20');
    await learner.read('do_roll', 'roll.sides', 'rolled');
    await eventually(() => failedRoll(learner), { within: 60_000 });
    await learner.read(/do_roll.*ERROR/, 'exception');
  },
};

/**
 * Asks dice for a roll that fails. Until step 8, dice starts a trace of its own for each roll. If a visitor rolls at
 * the same moment, the page may show the trace of that roll.
 */
async function failedRoll(learner: Learner): Promise<void> {
  expect(await learner.ask('/rolldice?sides=0')).toContain('answered 400');
  await learner
    .row(/do_roll.*ERROR/)
    .first()
    .waitFor({ timeout: 10_000 });
}
