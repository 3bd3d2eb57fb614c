import type { Walkthrough } from '../../harness/walkthrough.ts';

export const walkthrough: Walkthrough = {
  onPage: async (learner) => {
    await learner.solve();
    await learner.ask('/rolldice?sides=20');
    await learner.ask('/server_request?param=find-me');
    const explore = await learner.page.context().newPage();
    try {
      await explore.goto('explore#metrics');
      await explore.getByText('dice.rolls').first().waitFor({ timeout: 30_000 });
      await explore.getByText('dice.roll.value').first().waitFor();
      await explore.goto('explore#logs');
      await explore.getByText('find-me').first().waitFor({ timeout: 20_000 });
    } finally {
      await explore.close();
    }
  },
};
