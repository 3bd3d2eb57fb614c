import type { Walkthrough } from '../../harness/walkthrough.ts';

export const walkthrough: Walkthrough = {
  onPage: async (learner) => {
    await learner.press('Play a round');
    await learner.page.getByText(/You rolled a [1-6] and won/).waitFor();
  },
};
