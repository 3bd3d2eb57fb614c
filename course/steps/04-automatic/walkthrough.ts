import type { Walkthrough } from '../../harness/walkthrough.ts';

export const walkthrough: Walkthrough = {
  onPage: async (learner) => {
    expect(await learner.ask('/visit')).toContain('Thank you for the visit!');
    await learner.solve();
    await learner.ask('/visit');
    await learner.log(/name: 'GET \/visit'/);
  },
};
