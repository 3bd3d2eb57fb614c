import type { Walkthrough } from '../../harness/walkthrough.ts';

export const walkthrough: Walkthrough = {
  onPage: async (learner) => {
    await learner.solve();
    await learner.ask('/server_request?param=flask');
    await learner.row('flask').first().waitFor({ timeout: 20_000 });
    const services = new Set((await learner.waterfall()).map(({ service }) => service));
    expect(services).toEqual(new Set(['guide', 'dice', 'prizes', 'flask']));
  },
};
