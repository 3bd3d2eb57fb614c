import type { Walkthrough } from '../../harness/walkthrough.ts';

export const walkthrough: Walkthrough = {
  onPage: async (learner) => {
    await learner.solve();
    await learner.ask('/rolldice');
    await learner.read('do_roll', 'roll.value');
  },
};
