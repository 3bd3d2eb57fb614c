// Tests what a hostile attendee may run in the pods of their own lab, with the real kubectl and kubelet, and what their
// pods can take from the node and from other seats. test/integration/admission.test.ts tries many more requests.
import { FLASK } from '../../cluster/image/recipes.ts';
import { amountText, amountsOf, minus } from '../../kubernetes/quantity.ts';
import type { Quantity } from '../../kubernetes/quantity.ts';
import { NAMES, PRIORITY_CLASS, RELEASE } from '../../operator/api/types.ts';
import { useAttendee } from '../support/cluster/attendee.ts';
import type { Node, Pod } from '../../kubernetes/types.ts';
import { usageOf } from '../../operator/workshop/capacity.ts';
import { eventually } from '../../support/waiting.ts';
import { apiGet, apply, kubectl, testCluster, tool } from '../support/cluster/cluster.ts';
import { restrictedPod } from '../support/cluster/restricted-pod.ts';
import { labOf, useWorkshop } from '../support/cluster/workshop.ts';

const {
  seats,
  seats: [own, ...neighbours],
} = useWorkshop();
const attendee = useAttendee(own);

const LIMIT = 512; // podPidsLimit of the devcluster
/** A program that starts up to 2,000 processes. It prints after how many the kernel refuses the next one. */
const FORK = `
import os, signal
for count in range(2000):
    try:
        if os.fork() == 0: signal.pause()
    except OSError as error:
        print(error.strerror, count, flush=True)
        break
signal.pause()`;

// The pod starts first and is looked at last, so that the other tests run meanwhile.
beforeAll(async () => {
  const resources = { requests: { cpu: '5m', memory: '32Mi' }, limits: { memory: '512Mi' } };
  const container = { image: FLASK.image, command: ['python3', '-SEc', FORK], resources };
  await attendee.kubectl(['create', '--filename=-'], JSON.stringify(restrictedPod('forks', { container })));
}, 30_000);
afterAll(() => kubectl('--namespace', own, 'delete', 'pod', 'forks', '--ignore-not-found', '--wait=false'));

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

  test.concurrent.each([
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

  test.concurrent.each([
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

describe('a full node', () => {
  const rest = 'hostile-rest';
  const podUids = () => Promise.all(seats.map((seat) => labOf(seat).podUids()));

  beforeAll(async () => {
    await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: rest } });
    const resources = { requests: { cpu: amountText('cpu', await freeCpu()) } };
    const pod = restrictedPod('rest', { container: { resources } }) as { metadata: object };
    await apply({ ...pod, metadata: { ...pod.metadata, namespace: rest } });
    await kubectl('wait', 'pod/rest', '--namespace', rest, '--for=condition=Ready', '--timeout=60s');
  }, 90_000);
  afterAll(async () => {
    await attendee.kubectl(['delete', 'pod', 'greedy', '--ignore-not-found', '--wait=false']);
    await kubectl('delete', 'namespace', rest, '--timeout=60s');
  }, 90_000);

  /** Returns the CPU that no pod on the node has requested yet. */
  async function freeCpu(): Promise<number> {
    const [node, { items }] = await Promise.all([
      apiGet<Node>(`/api/v1/nodes/${testCluster().name}`),
      apiGet<{ items: Pod[] }>('/api/v1/pods'),
    ]);
    const used = usageOf(items).byNode.get(node.metadata.name) ?? {};
    return minus(amountsOf(node.status?.allocatable), used)['cpu'] ?? 0;
  }

  /** Returns the CPU that the quota of the attendee's seat has left. */
  async function quotaLeft(): Promise<number> {
    const path = `/api/v1/namespaces/${own}/resourcequotas/${NAMES.quota}`;
    type Amounts = Record<string, Quantity>;
    const { status } = await apiGet<{ status: { hard: Amounts; used: Amounts } }>(path);
    return minus(amountsOf(status.hard), amountsOf(status.used))['requests.cpu'] ?? 0;
  }

  const asks = (cpu: number): string =>
    JSON.stringify(
      restrictedPod('greedy', { container: { resources: { requests: { cpu: amountText('cpu', cpu) } } } }),
    );

  test("keeps every pod of all seats while an attendee's pod asks for all that the seat's quota has left", async () => {
    const before = await podUids();
    const left = await quotaLeft();
    await expect(attendee.kubectl(['create', '--filename=-'], asks(left + 1))).rejects.toThrow('exceeded quota');
    await attendee.kubectl(['create', '--filename=-'], asks(left));
    const look = async (): Promise<void> =>
      expect(
        await attendee.kubectl(['get', 'pod', 'greedy', '--output=jsonpath={.status.conditions[0].message}']),
      ).toMatch(/Insufficient cpu.*preemption: .*No preemption victims found/s);
    await eventually(look);
    expect(await podUids()).toEqual(before);
    for (const seat of neighbours) await labOf(seat).play();
  });
});

describe('a pod that starts processes without end', () => {
  test('gets no more processes than the limit of the kubelet for each pod', async () => {
    const log = (): Promise<string> => attendee.kubectl(['logs', 'forks']);
    await eventually(async () => expect(await log()).toMatch(/^Resource temporarily unavailable \d+\n$/), {
      within: 60_000,
    });
    const count = Number((await log()).replaceAll(/\D/g, ''));
    expect(count).toBeGreaterThan(LIMIT / 2);
    expect(count).toBeLessThan(LIMIT);
  }, 70_000);

  test('leaves the node ready, and the labs of other seats working', async () => {
    const conditions = '{range .status.conditions[*]}{.type}={.status} {end}';
    expect(await kubectl('get', 'node', testCluster().name, `--output=jsonpath=${conditions}`)).toMatch(
      /MemoryPressure=False .*PIDPressure=False Ready=True/,
    );
    for (const seat of neighbours) await labOf(seat).play();
  });
});
