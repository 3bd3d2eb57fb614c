import { waitFor } from '../../../support/waiting.ts';
import type { Walkthrough } from '../../harness/walkthrough.ts';

export const walkthrough: Walkthrough = {
  onPage: async (learner) => {
    // Until the step's own code runs, the dice of before may answer.
    const ask = async (): Promise<true | undefined> => {
      await learner.ask('/server_request?param=before');
      const three = learner.page.getByText(/^One request, 3 traces/);
      return three.waitFor({ timeout: 5_000 }).then(
        () => true,
        () => undefined,
      );
    };
    await waitFor('a request that makes three traces', ask, { within: 40_000 });
    await learner.solve();
    await learner.page.getByText('Now it makes one.').waitFor({ timeout: 20_000 });
    await learner.ask('/server_request?param=after');
    await learner.row('prizes').first().waitFor({ timeout: 20_000 });
    const services = new Set((await learner.waterfall()).map(({ service }) => service));
    expect(services).toEqual(new Set(['guide', 'dice', 'prizes']));
  },
};
