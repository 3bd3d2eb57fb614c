import type { Walkthrough } from '../../harness/walkthrough.ts';

export const walkthrough: Walkthrough = {
  onPage: async (learner) => {
    await learner.solve();
    await learner.ask('/rolldice?sides=20');
    await learner.read('do_roll', 'roll.sides', 'rolled');
    expect(await learner.ask('/rolldice?sides=0')).toContain('answered 400');
    await learner.read(/do_roll.*error/, 'exception');
  },
};
