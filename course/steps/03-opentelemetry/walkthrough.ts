import type { Walkthrough } from '../../harness/walkthrough.ts';

export const walkthrough: Walkthrough = {
  onPage: async (learner) => {
    await learner.page.getByLabel('Search the installed libraries').fill('web framework');
    await learner.press('Pick @opentelemetry/instrumentation-express');
  },
};
