import type { Walkthrough } from '../../harness/walkthrough.ts';

const LINE = /"trace_id":"([0-9a-f]{32})".*find-me/;

export const walkthrough: Walkthrough = {
  onPage: async (learner) => {
    await learner.solve();
    await learner.ask('/server_request?param=find-me');
    const [, traceId = 'no trace id'] = LINE.exec(await learner.log(LINE)) ?? [];
    await learner.page.locator('#waterfall').getByText(traceId).waitFor({ timeout: 20_000 });
    await learner.log('dice.rolls', 'the Collector');
  },
};
