import type { Walkthrough } from '../../harness/walkthrough.ts';

export const walkthrough: Walkthrough = {
  onPage: async (learner) => {
    await learner.ask('/server_request?param=before');
    await learner.page.getByText(/^One request, 3 traces/).waitFor({ timeout: 20_000 });
    await learner.solve();
    await learner.page.getByText('Now it makes one.').waitFor({ timeout: 20_000 });
    await learner.ask('/server_request?param=after');
    await learner.row('prizes').first().waitFor({ timeout: 20_000 });
    const services = new Set((await learner.waterfall()).map(({ service }) => service));
    expect(services).toEqual(new Set(['guide', 'dice', 'prizes']));
  },
};
