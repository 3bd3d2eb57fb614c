// Tests what a hostile attendee may run in the pods of their own lab, with the real kubectl and kubelet, and which
// priority pods in a seat can have. test/integration/admission.test.ts tries many more requests.
import { NAMES, PRIORITY_CLASS, RELEASE } from '../../operator/api/types.ts';
import { useAttendee } from '../support/cluster/attendee.ts';
import { kubectl, tool } from '../support/cluster/cluster.ts';
import { restrictedPod } from '../support/cluster/restricted-pod.ts';
import { labOf, useWorkshop } from '../support/cluster/workshop.ts';

const {
  seats: [own],
} = useWorkshop();
const attendee = useAttendee(own);

const KEY = 'process.stdout.write(require("fs").readFileSync("/etc/intro-otel/key"))';

/** The two protocols by which kubectl connects to a pod. */
const PROTOCOLS = [
  ['WebSocket', 'true'],
  ['SPDY', 'false'],
] as const;

describe.each(PROTOCOLS)('kubectl by %s', (_protocol, websockets) => {
  const run = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    tool('kubectl', [`--kubeconfig=${attendee.kubeconfig}`, ...args], {
      env: { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: websockets },
      allowFailure: true,
      timeout: 30_000,
    });
  const guide = `deployment/${RELEASE}-guide`;

  test.each([
    ['reads the key of the guide', ['exec', guide, '--', 'node', '-e', KEY]],
    ['runs a program of its own in the guide', ['exec', '-i', guide, '--', 'node', '-']],
    [
      'loads a program before the course',
      ['exec', guide, '--', 'node', '--import=data:text/javascript,1', '/app/course.js'],
    ],
    ['reads the file system of the guide', ['exec', guide, '--container=guide', '--', 'ls', '/etc/intro-otel']],
    ['attaches to the guide', ['attach', '-i', guide]],
    [
      'runs the Collector a second time',
      ['exec', `deployment/${RELEASE}-collector`, '--', '/otelcol-contrib', 'components'],
    ],
    ['attaches to the Collector', ['attach', `deployment/${RELEASE}-collector`]],
  ])('an attendee is refused who %s', async (_what, args) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/ValidatingAdmissionPolicy 'intro-otel-seat-exec'.* Expected /);
  });

  test.each([
    ['lists the steps of the course', ['/app/course.js', 'list'], 0, /steps passed/],
    ['asks why there is no trace', ['/app/why.js'], 0, /jaeger/i],
    [
      'asks the course for a file instead of a step',
      ['/app/course.js', 'show', '../../etc/intro-otel/key'],
      1,
      /expected a step/,
    ],
    [
      'asks the course for a file of the node',
      ['/app/course.js', 'solution', '4', '/etc/passwd'],
      1,
      /expected one of app.ts/,
    ],
  ] as const)('an attendee %s, and gets an answer of the course', async (_what, command, code, answer) => {
    const result = await run('exec', guide, '--', 'node', ...command);
    expect([result.code, result.stdout + result.stderr]).toEqual([code, expect.stringMatching(answer)]);
  });
});

describe('the priority of pods in a seat', () => {
  const critical = JSON.stringify(restrictedPod('critical', { spec: { priorityClassName: 'system-node-critical' } }));
  const create = ['create', '--dry-run=server', '--filename=-'];

  test('pods of the lab have priority 0 and displace no other pods', async () => {
    const fields = '{.spec.priorityClassName} {.spec.priority} {.spec.preemptionPolicy}';
    const priorities = await kubectl(
      ...['get', 'pods', '--namespace', own, `--selector=app.kubernetes.io/instance=${RELEASE}`],
      `--output=jsonpath={range .items[*]}${fields}{"\\n"}{end}`,
    );
    expect(new Set(priorities.trim().split('\n'))).toEqual(new Set([`${PRIORITY_CLASS} 0 Never`]));
  });

  test('an attendee creates no pod of a critical class', async () => {
    const args = [`--kubeconfig=${attendee.kubeconfig}`, ...create];
    const { code, stderr } = await tool('kubectl', args, { input: critical, allowFailure: true });
    expect([code, stderr]).toEqual([1, expect.stringContaining('Expected a priority of at most 0')]);
  });

  test('the quota allows no pod of a critical class, whoever creates it', async () => {
    const args = [...create, '--namespace', own];
    const { code, stderr } = await tool('kubectl', args, { input: critical, allowFailure: true });
    expect([code, stderr]).toEqual([1, expect.stringContaining(`exceeded quota: ${NAMES.criticalQuota}`)]);
  });
});

test('an attendee restarts the Deployment of dice with kubectl, and changes nothing else in it', async () => {
  const dice = `deployment/${RELEASE}-dice`;
  await expect(attendee.kubectl(['scale', dice, '--replicas=3'])).rejects.toThrow();
  await expect(attendee.kubectl(['set', 'env', dice, 'A=b'])).rejects.toThrow('found changes of spec.template.spec.');
  await expect(attendee.kubectl(['rollout', 'pause', dice])).rejects.toThrow('found changes of spec.paused');
  await attendee.kubectl(['rollout', 'restart', dice]);
  await labOf(own).rolledOut('dice');
});
