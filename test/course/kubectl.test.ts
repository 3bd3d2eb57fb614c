// Does the whole course on a real node with the kubectl commands that each step prints, word for word, and with an
// attendee's rights. The learner edits the files that the commands save, and adds the answers to questions, which the
// output of the commands contains.
import { RELEASE } from '../../operator/api/types.ts';
import { say } from '../../support/output.ts';
import { eventually } from '../../support/waiting.ts';
import { Lab } from '../support/cluster/lab.ts';
import { useNamespace } from '../support/cluster/namespace.ts';
import type { CourseOverview, Step } from '../../apps/guide/contract.ts';
import type { Walkthrough } from '../../course/harness/walkthrough.ts';
import { solutionOf, steps, walkthroughOf } from './steps.ts';
import { Terminal } from './terminal.ts';

/**
 * The lab under test. Its release has the name that seats use, because an attendee's rights apply to objects of that
 * name.
 */
const lab = new Lab(useNamespace('course-kubectl'), RELEASE);
const terminal = new Terminal(lab);

beforeAll(async () => {
  await lab.install({ flask: { enabled: true } });
  await Promise.all([lab.settled(), terminal.open()]);
}, 150_000);

afterAll(() => terminal.close());

const get = async <T>(path: string): Promise<T> => JSON.parse(await lab.text('guide', `/api${path}`)) as T;

const isCheck = (command: string): boolean => /\bcourse\.js check\b/.test(command);

/** Runs all commands of a step, and edits its files in between. @returns the output of each command, by command */
async function typeAll(
  id: string,
  commands: readonly string[],
  { answers, repeat }: Walkthrough,
): Promise<Map<string, string>> {
  const output = new Map<string, string>();
  for (const command of commands) {
    if (command.includes('--from-file=')) await editFiles(id);
    if (command.endsWith(`< ${id}-answers.env`)) await fillIn(`${id}-answers.env`, answers?.(output) ?? {});
    output.set(command, await type(command, repeat));
  }
  return output;
}

/** Edits the files of a step, which its commands have saved, so that they solve the step. */
async function editFiles(id: string): Promise<void> {
  for (const [file, text] of solutionOf(lab, id)) await terminal.write(`${id}-${file}`, text);
}

/**
 * Runs a command. Repeats a check, and each command that the step says to repeat, until it succeeds, because it may
 * fail on a busy machine.
 */
function type(command: string, repeat: Walkthrough['repeat']): Promise<string> {
  if (isCheck(command)) return eventually(() => terminal.run(command), { within: 60_000, every: 1_000 });
  if (!repeat?.commands.test(command)) return terminal.run(command);
  return eventually(
    async () => {
      const text = await terminal.run(command);
      if (!repeat.isEnough(text)) throw new Error(`expected more lines from ${command}, found:\n${text}`);
      return text;
    },
    { within: 90_000, every: 1_000 },
  );
}

/** Writes the learner's answers into the file of questions that the step's commands have created. */
async function fillIn(file: string, answers: Readonly<Record<string, string>>): Promise<void> {
  const form = await terminal.read(file);
  const filled = form.replaceAll(/^([\w.]+)=$/gm, (line, name: string) => line + (answers[name] ?? ''));
  await terminal.write(file, filled);
}

test.each(steps)(
  'verifies step %s after a learner has run its kubectl commands',
  async (id) => {
    const began = performance.now();
    const { commands } = await get<Step>(`/course/${id}`);
    const output = await typeAll(id, commands.bash, await walkthroughOf(id));
    expect([...output.values()].at(-1)).toMatch(new RegExp(`^passed ${id}`));
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    say(`${id} by its ${commands.bash.length} commands: verified after ${seconds} s`);
  },
  170_000,
);

test('counts every step as verified at the end of the course', async () => {
  const list = await terminal.run(
    `kubectl -n ${lab.namespace} exec deploy/${lab.release}-guide -- node /app/course.js list`,
  );
  expect(list).toContain(`${steps.length} of ${steps.length} steps passed`);
});

test('does not count a step whose result a learner has written into the ConfigMap by hand', async () => {
  const now = new Date().toISOString();
  const forged = { [steps.at(-1) ?? '']: { startedAt: now, passedAt: now, proof: 'f'.repeat(64) } };
  await lab.kubectl(
    'patch',
    'configmap',
    `${lab.release}-progress`,
    '--type=merge',
    '--patch',
    JSON.stringify({ data: { passed: String(steps.length), steps: JSON.stringify(forged) } }),
  );
  const overview = await get<CourseOverview>('/course');
  expect([overview.passed, overview.steps.at(-1)?.state]).toEqual([0, 'unverified']);
});
