// The whole course on the real node by the commands that each step prints, word for word, with the rights of an attendee. What a learner
// adds are the answers to questions, which are written into the file that a command has brought, from what the commands have printed.
import { RELEASE } from '../../operator/api/types.ts';
import { say } from '../../support/output.ts';
import { eventually } from '../support/matchers/eventually.ts';
import { Lab } from '../support/cluster/lab.ts';
import { useNamespace } from '../support/cluster/namespace.ts';
import { answersFrom } from './reading.ts';
import { ENOUGH } from './rounds.ts';
import { steps } from './steps.ts';
import { Terminal } from './terminal.ts';

/** Named as a seat's, since an attendee's rights are for objects of that name. */
const lab = new Lab(useNamespace('course-kubectl'), RELEASE);
const terminal = new Terminal(lab);

beforeAll(async () => {
  await lab.install({ flask: { enabled: true } });
  await Promise.all([lab.settled(), terminal.open()]);
}, 150_000);

afterAll(() => terminal.close());

interface Shown {
  commands: string[];
}
interface Overview {
  passed: number;
  steps: { id: string; state: string }[];
}

const get = async <T>(path: string): Promise<T> => JSON.parse(await lab.text('guide', `/api${path}`)) as T;

/** A command is typed again while it finds nothing yet, as the text says of those that look for what failed. */
const looksAgain = (command: string): boolean => /\bspans \w+ \| grep\b/.test(command);

const isCheck = (command: string): boolean => /\bcourse\.js check\b/.test(command);

/** A check that finds nothing yet is typed again, as one does when the machine is busy. */
const AGAIN_WITHIN = 60_000;

/** @returns all that the commands have printed, each under its own words */
async function typeAll(commands: readonly string[]): Promise<Map<string, string>> {
  const printed = new Map<string, string>();
  for (const command of commands) {
    if (command.endsWith('< answers.env'))
      await terminal.write('answers.env', answersFrom(await terminal.read('answers.env'), printed));
    const type = (): Promise<string> => terminal.run(command);
    if (looksAgain(command)) printed.set(command, await enough(type));
    else
      printed.set(
        command,
        isCheck(command) ? await eventually(type, { within: AGAIN_WITHIN, every: 1_000 }) : await type(),
      );
  }
  return printed;
}

/** Several rounds, of visitors with different plugins, so that what they share can be told from chance. */
function enough(type: () => Promise<string>): Promise<string> {
  return eventually(
    async () => {
      const text = await type();
      const plugins = [...text.matchAll(/x-browser-plugins=(\[.*?\])/g)].map(([, list]) => list);
      if (plugins.length < ENOUGH || new Set(plugins).size < 2) throw new Error(`too few rounds:\n${text}`);
      return text;
    },
    { within: 90_000, every: 1_000 },
  );
}

test.each(steps)(
  'step %s, by its commands, is verified',
  async (id) => {
    const began = performance.now();
    const { commands } = await get<Shown>(`/course/${id}`);
    const printed = await typeAll(commands);
    expect([...printed.values()].at(-1)).toMatch(new RegExp(`^passed ${id}`));
    say(
      `${id} by its ${commands.length} commands: verified after ${((performance.now() - began) / 1000).toFixed(1)} s`,
    );
  },
  170_000,
);

test('all that was verified is counted', async () => {
  const list = await terminal.run(
    `kubectl -n ${lab.namespace} exec deploy/${lab.release}-guide -- node /app/course.js list`,
  );
  expect(list).toContain(`${steps.length} of ${steps.length} steps passed`);
});

test('what is written into the ConfigMap by hand is not verified', async () => {
  const forged = {
    '11-next-steps': { startedAt: new Date().toISOString(), passedAt: new Date().toISOString(), proof: 'f'.repeat(64) },
  };
  await lab.kubectl(
    'patch',
    'configmap',
    `${lab.release}-progress`,
    '--type=merge',
    '--patch',
    JSON.stringify({ data: { passed: '11', steps: JSON.stringify(forged) } }),
  );
  const { passed, steps: told } = await get<Overview>('/course');
  expect([passed, told.at(-1)?.state]).toEqual([0, 'unverified']);
});
