// What a learner does in each step, once it is started and before the check: by the page alone.
import { eventually } from '../support/matchers/eventually.ts';
import type { Lab } from '../support/cluster/lab.ts';
import type { Learner } from './learner.ts';
import { solutionOf } from './steps.ts';
import { troubleshoot } from './troubleshoot.ts';

export type CommandContext = (learner: Learner, lab: Lab) => Promise<void>;

/** The solution into the editor, and Run; then nothing for as long as the dice before serves on and may answer, which is what a learner needs to look up. */
const edit =
  (id: string): CommandContext =>
  async (learner, lab) => {
    for (const [name, text] of solutionOf(lab, id)) await learner.replace(name, text);
    expect(await learner.run()).toMatch(/^Runs your files/);
    await eventually(async () => expect(await lab.pods('dice')).toHaveLength(1), { within: 20_000 });
  };

const then =
  (...doings: CommandContext[]): CommandContext =>
  async (learner, lab) => {
    for (const doing of doings) await doing(learner, lab);
  };

export const byHand: Readonly<Record<string, CommandContext>> = {
  '01-set-up': async (learner) => {
    await learner.press('Play a round');
    await learner.page.getByText(/You rolled a [1-6] and won/).waitFor();
  },
  '02-read-a-trace': async (learner) => {
    const [root, ...others] = await learner.waterfall();
    const slowest = others.toSorted((a, b) => b.took - a.took)[0];
    const child = others.find(({ level }) => level === 2);
    const fill = (label: RegExp, row: typeof root): Promise<void> =>
      learner.page.getByLabel(label).fill(`${row?.service} ${row?.name}`);
    await fill(/^The root/, root);
    await fill(/^Leave out the root/, slowest);
    await fill(/^Name a parent/, root);
    await fill(/^…and one of its children/, child);
  },
  '03-opentelemetry': async (learner) => {
    await learner.page.getByLabel('Search the installed libraries').fill('web framework');
    await learner.press('Pick @opentelemetry/instrumentation-express');
  },
  '04-automatic': then(
    async (learner) => {
      expect(await learner.ask('/visit')).toContain('Thank you for the visit!');
    },
    edit('04-automatic'),
    async (learner) => {
      await learner.ask('/visit');
      await learner.log(/name: 'GET \/visit'/);
    },
  ),
  '05-collector': then(edit('05-collector'), async (learner) => {
    // Half of the traces are sampled away: of 10 visits and more, all are once in a thousand times.
    await eventually(
      async () => {
        await learner.ask('/visit');
        await learner.log(/GET \/visit .*workshop\.step=5/, 'the Collector', 4_000);
      },
      { within: 60_000 },
    );
  }),
  '06-manual': then(edit('06-manual'), async (learner) => {
    await learner.ask('/rolldice');
    await learner.read('do_roll', 'roll.value');
  }),
  '07-span-methods': then(edit('07-span-methods'), async (learner) => {
    await learner.ask('/rolldice?sides=20');
    await learner.read('do_roll', 'roll.sides', 'rolled');
    expect(await learner.ask('/rolldice?sides=0')).toContain('answered 400');
    await learner.read(/do_roll.*error/, 'exception');
  }),
  '08-context': then(
    async (learner) => {
      await learner.ask('/server_request?param=before');
    },
    edit('08-context'),
    async (learner) => {
      await learner.ask('/server_request?param=after');
      await learner.row('prizes').first().waitFor({ timeout: 20_000 });
      expect(new Set((await learner.waterfall()).map(({ service }) => service))).toEqual(
        new Set(['guide', 'dice', 'prizes']),
      );
    },
  ),
  '09-metrics-and-logs': then(edit('09-metrics-and-logs'), async (learner) => {
    await learner.ask('/server_request?param=find-me');
    const [, trace] =
      /"trace_id":"([0-9a-f]{32})".*find-me/.exec(await learner.log(/"trace_id":"[0-9a-f]{32}".*find-me/)) ?? [];
    await learner.page
      .locator('#waterfall')
      .getByText(trace ?? 'no trace id')
      .waitFor({ timeout: 20_000 });
    await learner.log('dice.rolls', 'the Collector');
  }),
  '10-troubleshooting': troubleshoot,
  '11-next-steps': () => Promise.resolve(),
};
