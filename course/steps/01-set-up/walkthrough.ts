import type { Walkthrough } from '../../harness/walkthrough.ts';

export const walkthrough: Walkthrough = {
  onPage: async (learner) => {
    await learner.press('Play a round');
    // On a busy machine, a round may take longer than its time budget. It has a trace all the same.
    await learner.page.getByText(/You rolled a [1-6] and won|The round was lost: .* took longer/).waitFor();
  },
};
