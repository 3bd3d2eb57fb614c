// Tests Runs in a lab: new code in the pod that runs, without a lost round, and only by the guide.
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../support/waiting.ts';
import { Guide, RunEvents } from '../support/cluster/guide.ts';
import { Lab } from '../support/cluster/lab.ts';
import { useNamespace } from '../support/cluster/namespace.ts';
import { restarts } from '../support/matchers/objects.ts';
import { playedRound } from '../support/otlp/traces.ts';

const RUNS = 20;
const lab = new Lab(useNamespace('e2e-run'));

let guide: Guide;
let events: RunEvents;
let original: string;

/** Returns dice's code with a path that answers with a text. */
const answering = (text: string): string =>
  `${original}\napp.get('/which', (request, response) => { response.send('${text}'); });\n`;

beforeAll(async () => {
  await lab.installQuietly();
  guide = await Guide.open(lab);
  events = await RunEvents.listen(guide);
  original = await lab.diceSource();
  await eventually(() => expect(events.states.at(-1)).toMatchObject({ phase: 'running' }), { within: 15_000 });
  // A new lab's dice may not know the guide's key yet. Then a new pod runs the files, and knows it.
  await events.run(guide, answering('first'), 60_000);
  await lab.rolledOut('dice');
}, 180_000);

afterAll(() => {
  events?.close();
  guide?.close();
});

test('loses no round in many Runs, and creates no pod', async () => {
  const before = await lab.podUids();
  const rounds: Promise<unknown>[] = [];
  let isOver = false;
  const playing = (async () => {
    for (; !isOver; await sleep(100)) rounds.push(lab.play().then(() => undefined, String));
  })();
  for (let run = 0; run < RUNS; run += 1) {
    await events.run(guide, answering(`run ${run}`), 60_000);
    expect(await lab.text('dice', '/which')).toBe(`run ${run}`);
  }
  isOver = true;
  await playing;
  expect((await Promise.all(rounds)).filter((why) => why !== undefined)).toEqual([]);
  expect(await lab.podUids()).toEqual(before);
  expect((await lab.pods('dice')).map(restarts)).toEqual([0]);
  await playedRound(lab);
}, 180_000);

test('runs the newest code after a restart with kubectl, and after the pod was deleted during a Run', async () => {
  await lab.kubectl('rollout', 'restart', `deployment/${lab.release}-dice`);
  await lab.rolledOut('dice');
  expect(await lab.text('dice', '/which')).toBe(`run ${RUNS - 1}`);
  const { metadata } = await lab.pod('dice');
  await Promise.all([
    guide.run(answering('during a deletion')),
    lab.kubectl('delete', 'pod', metadata.name, '--wait=false'),
  ]);
  await eventually(async () => expect(await lab.text('dice', '/which')).toBe('during a deletion'), { within: 60_000 });
  await lab.rolledOut('dice');
}, 180_000);

test('refuses and logs a Run that another pod of the lab forges', async () => {
  const { status } = await lab.pod('dice');
  const program = `fetch('http://' + process.argv[1] + ':8081/run', {
    method: 'PUT',
    headers: { 'x-intro-otel-run': 'e30.e30' },
    body: JSON.stringify({ 'app.ts': 'process.exit()', 'settings.env': '' }),
  }).then((answer) => console.log(answer.status))`;
  const pod = `deployment/${lab.release}-arcade`;
  const answer = await lab.kubectl('exec', pod, '--', 'node', '--eval', program, status.podIP ?? '');
  expect(answer).toBe('401\n');
  expect(await lab.log('dice')).toMatch(/dice refused a Run from \S+: expected the guide's signature/);
});
