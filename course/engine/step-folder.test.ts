// Tests that a step needs nothing but its folder. It creates a new step in a temporary folder, and then lists, renders
// and checks this step as the guide does.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Lab } from '../../apps/guide/server/lab/environment.ts';
import { HelpRecord } from '../../apps/guide/server/learner/help.ts';
import { Progress } from '../../apps/guide/server/learner/progress.ts';
import { Recorder } from '../../apps/telemetry/report.ts';
import { repoRoot } from '../../support/paths.ts';
import { Course } from './course.ts';
import { checksOf, stageSteps } from './stage-steps.ts';
import { Steps } from './steps.ts';

const root = mkdtempSync(join(tmpdir(), 'intro-otel-step-'));
const [sources, dist] = [join(root, 'steps'), join(root, 'dist')];
let rolled = '6';
const recorder = new Recorder();
let throws = false;
const dice = createServer((_request, response) => {
  if (throws) recorder.exceptions.add('ReferenceError: nope is not defined', 18);
  response.end(rolled);
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(sources, path)), { recursive: true });
  writeFileSync(join(sources, path), text);
}

/** What cluster/image/build.ts puts before each bundle, for packages that call require(). */
const banner = {
  js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
};

/** Bundles the checks in a separate process, because esbuild does not work inside jest. */
function bundleChecks(): void {
  const entries = { entryPoints: checksOf(sources), outdir: dist };
  const options = { ...entries, bundle: true, format: 'esm', platform: 'node', banner };
  const script = "import { build } from 'esbuild'; await build(JSON.parse(process.argv[1]));";
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', script, JSON.stringify(options)],
    { cwd: repoRoot, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  if (status !== 0) throw new Error(`expected esbuild to bundle the check, found: ${stderr}`);
}

function courseWith(url: string): Course {
  const steps = new Steps(join(dist, 'course'), { RELEASE: 'lab', NAMESPACE: 'ns' });
  progress = new Progress({ release: 'lab', steps: steps.ids, signer: { key: 'k'.repeat(16), seat: 'ns/lab' } });
  const lab: Lab = {
    arcade: url,
    dice: url,
    flask: url,
    jaeger: url,
    settings: {},
    files: () => Promise.resolve(undefined),
    podLog: () => Promise.resolve(''),
    truth: () => ({}),
    report: () => Promise.resolve(recorder.report({ port: 8080, listening: [] })),
  };
  return new Course({ steps, progress, help: new HelpRecord({ release: 'lab' }), lab });
}

let course: Course;
let progress: Progress;

beforeAll(async () => {
  write(
    '12-lucky/step.md',
    '---\ntitle: A lucky roll\nminutes: 5\nlearn: [to roll a six]\nfiles: [app.ts]\nhints: [Use `6`.]\nkubectl:\n' +
      '  beforeCheck:\n    - { text: "Roll:", run: [course ask /rolldice] }\n---\n\n' +
      'Roll a **six** in $NAMESPACE.\n',
  );
  write('12-lucky/start/app.ts', 'export const sides = 1;\n');
  write('12-lucky/files/app.ts', 'export const sides = 6;\n');
  write(
    '12-lucky/check.ts',
    `import { passed, wrong } from ${JSON.stringify(join(repoRoot, 'course', 'engine', 'check.ts'))};
     export async function check(lab) {
       const { body } = await lab.ask('/rolldice');
       return body === '6' ? passed() : wrong('a six', body, 'Roll again.');
     }`,
  );
  stageSteps(sources, join(dist, 'course'));
  writeFileSync(join(dist, 'package.json'), '{ "type": "module" }');
  bundleChecks();
  await new Promise<void>((resolve) => dice.listen(0, '127.0.0.1', resolve));
  course = courseWith(`http://127.0.0.1:${(dice.address() as AddressInfo).port}`);
}, 30_000);

afterAll(() => {
  dice.close().closeAllConnections();
  rmSync(root, { recursive: true, force: true });
});

test('lists a new step in the course as soon as the folder of the step exists', async () => {
  expect(await course.overview()).toEqual({
    passed: 0,
    total: 1,
    editing: false,
    steps: [{ id: '12-lucky', number: 12, title: 'A lucky roll', minutes: 5, state: 'open' }],
  });
});

test('renders the text, the hints and the kubectl commands of a new step', async () => {
  const { html, hints, commands } = await course.step('12-lucky');
  expect(html).toBe('<p>Roll a <strong>six</strong> in ns.</p>\n');
  expect(hints).toEqual([{ text: 'Use `6`.', html: '<p>Use <code>6</code>.</p>\n' }]);
  expect(commands.bash.map((command) => command.replaceAll('kubectl -n ns ', ''))).toEqual([
    'exec deploy/lab-guide -- node /app/course.js start 12-lucky',
    "[ -s 12-lucky-app.ts ] || get configmap lab-dice -o 'jsonpath={.data.app\\.ts}' > 12-lucky-app.ts",
    'create configmap lab-dice --from-file=app.ts=12-lucky-app.ts --dry-run=client -o json > 12-lucky-patch.json',
    'patch configmap lab-dice --type merge --patch-file 12-lucky-patch.json',
    'rollout restart deployment/lab-dice',
    'rollout status deployment/lab-dice --timeout=120s',
    'exec deploy/lab-guide -- node /app/course.js ask /rolldice',
    'exec deploy/lab-guide -- node /app/course.js check 12-lucky',
  ]);
  expect(commands.cmd[1]).toBe(
    'if not exist 12-lucky-app.ts kubectl -n ns get configmap lab-dice -o jsonpath={.data.app\\.ts} > 12-lucky-app.ts',
  );
  expect(commands.powershell[1]).toBe(`cmd /c "${commands.cmd[1]}"`);
});

test('records which hints and solutions were seen, and serves the files of a solution', async () => {
  expect((await course.step('12-lucky')).seen).toBeUndefined();
  await course.sawHints('12-lucky', 7);
  expect(await course.solution('12-lucky')).toEqual({ 'app.ts': 'export const sides = 6;\n' });
  const seen = { hints: 1, solutionAt: expect.stringMatching(/^\d{4}-/) as string };
  expect([(await course.step('12-lucky')).seen, (await course.overview()).steps[0]?.seen]).toEqual([seen, seen]);
  expect(new Steps(join(dist, 'course'), {}).atStart('12-lucky')).toEqual({ 'app.ts': 'export const sides = 1;\n' });
});

test("fails a new step's check with a hint, and passes it once the learner's answer is right", async () => {
  rolled = '3';
  expect(await course.check('12-lucky', {})).toEqual({
    passed: false,
    hop: 'shape',
    finding: 'shape',
    expected: 'a six',
    found: '3',
    hint: 'Roll again.',
  });
  const { failed } = (await progress.steps())['12-lucky'] ?? {};
  expect(failed).toMatchObject({ finding: 'shape', hop: 'shape', times: 1 });
  rolled = '6';
  expect(await course.check('12-lucky', {})).toEqual({ passed: true });
  expect((await progress.steps())['12-lucky']).not.toHaveProperty('failed');
  expect((await course.overview()).passed).toBe(1);
});

test('begins the hint of a failed check with the exception that dice has reported', async () => {
  rolled = '4';
  throws = true;
  expect(await course.check('12-lucky', {})).toMatchObject({
    passed: false,
    hint:
      'Your code throws while it answers: ReferenceError: nope is not defined (app.ts, line 18). ' +
      'Is it imported or declared, and spelt the same in both places? Roll again.',
  });
});
