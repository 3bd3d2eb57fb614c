// Tests what the operator does on a real node about acts that got past the admission policies: it removes foreign
// fields, ends a stopped seat's pods and tokens, and deletes seats and Workshops that something blocks. A cluster
// admin does most of these acts here, because the policies refuse them to attendees.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { NAMES, RELEASE } from '../../operator/api/types.ts';
import type { Seat } from '../../operator/api/types.ts';
import { Account } from '../support/cluster/account.ts';
import { Attendee } from '../support/cluster/attendee.ts';
import { apply, kubectl } from '../support/cluster/cluster.ts';
import { restrictedPod } from '../support/cluster/restricted-pod.ts';
import {
  allReady,
  applyWorkshop,
  CLASS_READY_WITHIN,
  conditionText,
  gone,
  namespacesOf,
  quietSpec,
  seatNow,
  seatsOf,
  useWorkshop,
  workshopNow,
} from '../support/cluster/workshop.ts';
import { useBackground } from '../support/background.ts';
import { eventually } from '../../support/waiting.ts';

const { workshop, seats } = useWorkshop();
const [own, , other] = seats;

const GONE_WITHIN = 60_000;
const NAMED_WITHIN = 30_000;
const REPAIRED_WITHIN = 15_000;
const FINALIZER = 'example.com/stay';
const STAY = { metadata: { finalizers: [FINALIZER] } };

const patch = (namespace: string, what: string, change: object): Promise<string> =>
  kubectl('--namespace', namespace, 'patch', ...what.split('/'), '--type=strategic', '--patch', JSON.stringify(change));

/** Returns a pod that the attendee could have before the policies existed. */
function ownPod(namespace: string, name: string, spec: object = {}, metadata: object = {}): object {
  const pod = restrictedPod(name, { spec }) as { metadata: object };
  return { ...pod, metadata: { ...pod.metadata, namespace, ...metadata } };
}

const createPod = (...options: Parameters<typeof ownPod>): Promise<void> => apply(ownPod(...options));

const [container = {}] = (restrictedPod('any') as { spec: { containers: object[] } }).spec.containers;

const ofSpec = (namespace: string, what: string, jsonPath: string): Promise<string> =>
  kubectl('--namespace', namespace, 'get', ...what.split('/'), `--output=jsonpath=${jsonPath}`);

const sourceOf = (seat: string): Promise<string> => ofSpec(seat, `configmap/${NAMES.dice}`, '{.data.app\\.ts}');

/**
 * Writes 300 MiB to a volume, and then waits. The kubelet measures volumes once a minute. Each write waits for the
 * disk: on cgroup v1, a container with more unwritten data than memory is killed, and the kubelet measures nothing.
 */
const FILL =
  'const block=Buffer.alloc(4<<20);for(let n=0;n<75;n++)fs.appendFileSync("/t/x",block,{flush:true});' +
  'setInterval(()=>{},1e6)';
const filler = {
  volumes: [{ name: 't', emptyDir: {} }],
  containers: [
    {
      ...container,
      command: ['node', '-e', FILL],
      volumeMounts: [{ name: 't', mountPath: '/t' }],
      // With less CPU it writes for so long that the kubelet's next look comes too early.
      resources: { requests: { cpu: '5m', memory: '16Mi' }, limits: { cpu: '500m', memory: '64Mi' } },
    },
  ],
};

/** Two further Workshops of one attendee each. Their namespaces have names that tell nobody whose they are. */
const [resetting, ending] = ['hostile-reset', 'hostile-end'] as const;
const specOfOne = { attendees: [{ name: 'ann' }], seatNames: 'Opaque', lab: quietSpec.lab ?? {} } as const;

// What takes long starts first and is looked at last, so that the other tests run meanwhile.
beforeAll(async () => {
  await Promise.all([
    createPod(other, 'filler', filler),
    applyWorkshop(resetting, specOfOne),
    applyWorkshop(ending, specOfOne),
  ]);
}, 30_000);
const inBackground = useBackground();
afterAll(async () => {
  await kubectl('--namespace', other, 'delete', 'pod', 'filler', '--ignore-not-found', '--wait=false');
  await kubectl('delete', 'workshop', resetting, ending, '--ignore-not-found', '--wait=false');
  await Promise.all([gone(resetting), gone(ending), allReady(workshop, seats.length, 120_000)]);
}, 130_000);

describe('fields that somebody adds to a seat', () => {
  const inPod = (spec: object): object => ({ spec: { template: { spec } } });

  test.each<[string, string, object, string]>([
    ['paused', `deployment/${RELEASE}-guide`, { spec: { paused: true } }, '{.spec.paused}'],
    [
      'a container',
      `deployment/${RELEASE}-arcade`,
      inPod({ containers: [{ ...container, name: 'evil' }] }),
      '{.spec.template.spec.containers[?(@.name=="evil")].name}',
    ],
    [
      'hostAliases and a service account',
      `deployment/${RELEASE}-prizes-v1`,
      inPod({ hostAliases: [{ ip: '10.0.0.1', hostnames: ['x'] }], serviceAccountName: 'lab-guide' }),
      '{.spec.template.spec.hostAliases}{.spec.template.spec.serviceAccountName}',
    ],
    [
      'an annotation of the template',
      `deployment/${RELEASE}-prizes-v2`,
      { spec: { template: { metadata: { annotations: { 'example.com/inject': 'true' } } } } },
      '{.spec.template.metadata.annotations.example\\.com/inject}',
    ],
    ['a finalizer', `deployment/${RELEASE}-jaeger`, STAY, '{.metadata.finalizers}'],
    [
      'an owner',
      `deployment/${RELEASE}-collector`,
      { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: NAMES.dice, uid: randomUUID() }] } },
      '{.metadata.ownerReferences}',
    ],
    ['immutable, on the faults', `configmap/${NAMES.faults}`, { immutable: true }, '{.immutable}'],
  ])('removes %s within 15 s', async (_, what, change, jsonPath) => {
    await patch(own, what, change);
    await eventually(async () => expect(await ofSpec(own, what, jsonPath)).toBe(''), { within: REPAIRED_WITHIN });
  });

  test("removes immutable and a finalizer from the dice's ConfigMap, and keeps the attendee's files", async () => {
    const source = await sourceOf(own);
    const data = { 'app.ts': `${source}\n// mine\n` };
    await patch(own, `configmap/${NAMES.dice}`, { ...STAY, data, immutable: true });
    const look = async (): Promise<void> => {
      expect(await ofSpec(own, `configmap/${NAMES.dice}`, '{.immutable}{.metadata.finalizers}')).toBe('');
      expect(await sourceOf(own)).toBe(data['app.ts']);
    };
    await eventually(look, { within: REPAIRED_WITHIN });
    await patch(own, `configmap/${NAMES.dice}`, { data: { 'app.ts': source } });
  });

  test('leaves a complete lab after all these repairs', () => allReady(workshop, seats.length, 120_000), 130_000);
});

describe('a seat that is stopped', () => {
  const attendee = new Attendee(own);
  const codeOf = async (account: Account): Promise<number> =>
    (await account.try({ method: 'GET', path: `/api/v1/namespaces/${own}/pods` })).code;
  let projected: Account;
  let source: string;

  beforeAll(async () => {
    source = await sourceOf(own);
    await attendee.open();
    const volumes = [
      { name: 't', projected: { sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 31_536_000 } }] } },
    ];
    const containers = [{ ...container, volumeMounts: [{ name: 't', mountPath: '/t' }] }];
    await createPod(own, 'token', { serviceAccountName: NAMES.attendee, volumes, containers });
    await createPod(own, 'slow', { terminationGracePeriodSeconds: 3600 });
    await createPod(own, 'kept', {}, STAY.metadata);
    await kubectl('--namespace', own, 'wait', 'pod/token', 'pod/slow', '--for=condition=Ready', '--timeout=60s');
    const read = 'process.stdout.write(fs.readFileSync("/t/t"))';
    const token = await kubectl('--namespace', own, 'exec', 'token', '--', 'node', '-e', read);
    projected = new Account(await readFile(attendee.kubeconfig, 'utf8'), token);
    expect(await Promise.all([codeOf(attendee.account), codeOf(projected)])).toEqual([200, 200]);
    await patch(own, `configmap/${NAMES.dice}`, { data: { 'app.ts': `${source}\n// mine\n` } });
    await kubectl('scale', 'seat', own, '--replicas=0');
  }, 90_000);
  afterAll(async () => {
    await attendee.close();
    projected.close();
    await patch(own, `configmap/${NAMES.dice}`, { data: { 'app.ts': source } });
  });

  test("ends the attendee's own pods, even with a finalizer or a grace period of an hour", async () => {
    const pods = (): Promise<string> => kubectl('get', 'pods', '--namespace', own, '--output=name');
    await eventually(async () => expect(await pods()).toBe(''), { within: GONE_WITHIN, every: 500 });
  }, 70_000);

  test("makes the attendee's tokens void: that of the kubeconfig, and one of a pod, valid for a year", async () => {
    // The API server remembers a valid token for up to ten seconds.
    const look = async (): Promise<void> =>
      expect(await Promise.all([codeOf(attendee.account), codeOf(projected)])).toEqual([401, 401]);
    await eventually(look, { within: 20_000, every: 1000 });
  }, 30_000);

  test("reports in the Seat's conditions that the pods are gone and that the tokens are void", async () => {
    const look = async (): Promise<void> => {
      const seat = await seatNow(own);
      expect(conditionText(seat, 'Ready')).toMatch(/^False Stopped: .*attendee's own/);
      expect(conditionText(seat, 'Access')).toMatch(/^False Stopped: .*void/);
      expect(seat.status?.phase).toBe('Stopped');
    };
    await eventually(look);
  });

  test("has all its pods and the attendee's own code again once it is started", async () => {
    await kubectl('scale', 'seat', own, '--replicas=1');
    await allReady(workshop, seats.length, 120_000);
    expect(await sourceOf(own)).toBe(`${source}\n// mine\n`);
  }, 130_000);
});

describe('a Workshop that something keeps from being deleted', () => {
  /** Fills the quota with pods, one of them slow and one with a finalizer, and blocks objects of the lab. */
  async function block(seat: string): Promise<void> {
    await Promise.all([
      patch(seat, `configmap/${NAMES.dice}`, STAY),
      patch(seat, `configmap/${NAMES.faults}`, STAY),
      patch(seat, `deployment/${RELEASE}-arcade`, { ...STAY, spec: { paused: true } }),
      patch(seat, `deployment/${RELEASE}-dice`, { spec: { template: STAY } }),
      createPod(seat, 'kept', {}, STAY.metadata),
      createPod(seat, 'slow', { terminationGracePeriodSeconds: 3600 }),
    ]);
    const more = Array.from({ length: 40 }, (_, index) => ownPod(seat, `full-${index}`));
    await expect(apply(...more)).rejects.toThrow('exceeded quota');
  }

  /** Waits until the only seat of a Workshop is ready. @returns the Seat */
  async function readySeat(name: string): Promise<Seat> {
    await allReady(name, 1);
    const [seat] = await seatsOf(name);
    if (seat === undefined) throw new Error(`expected a Seat of the Workshop ${name}, found none`);
    return seat;
  }

  inBackground(
    "the names of a seat and its namespace don't contain the attendee's name",
    async () => {
      const { metadata } = await readySeat(resetting);
      expect(metadata.name).toMatch(/^hostile-reset-[0-9a-f]{10}$/);
      expect(await namespacesOf(resetting)).toEqual([metadata.name]);
    },
    CLASS_READY_WITHIN,
  );

  inBackground(
    'a deleted Seat is gone in 60 s with finalizers, own pods, a paused Deployment and a full quota',
    async () => {
      const { name, uid } = (await readySeat(resetting)).metadata;
      await block(name);
      await kubectl('delete', 'seat', name, '--wait=false');
      const look = async (): Promise<void> => {
        expect((await seatsOf(resetting)).filter(({ metadata }) => metadata.uid === uid)).toEqual([]);
      };
      await eventually(look, { within: GONE_WITHIN, every: 500 });
      await eventually(async () => expect((await seatNow(name)).status?.namespace).toBe(name), { within: 60_000 });
    },
    150_000,
  );

  inBackground(
    'a deleted Workshop names an object that nobody may release within 30 s, with the command',
    async () => {
      const { name } = (await readySeat(ending)).metadata;
      await patch(name, `service/${RELEASE}-dice`, STAY);
      await block(name);
      await kubectl('delete', 'workshop', ending, '--wait=false');
      const expected = new RegExp(
        `DeletionBlocked: .*Service ${RELEASE}-dice has the finalizer ${FINALIZER}.*kubectl -n ${name} patch service`,
      );
      const look = async (): Promise<void> => {
        expect(conditionText(await seatNow(name), 'Ready')).toMatch(expected);
        expect(conditionText(await workshopNow(ending), 'Ready')).toMatch(expected);
      };
      await eventually(look, { within: NAMED_WITHIN, every: 500 });
    },
    CLASS_READY_WITHIN,
  );

  inBackground(
    'the Workshop is gone within 60 s once the named command has run',
    async () => {
      const [namespace = ''] = await namespacesOf(ending);
      const command = ['patch', 'service', `${RELEASE}-dice`, '--type=merge', '-p', '{"metadata":{"finalizers":null}}'];
      await kubectl('-n', namespace, ...command);
      await gone(ending, GONE_WITHIN);
    },
    70_000,
  );
});

describe("an attendee's pod without limits of its own", () => {
  test('gets a limit for its disk', async () => {
    const limit = '{.spec.containers[0].resources.limits.ephemeral-storage}';
    expect(await ofSpec(other, 'pod/filler', limit)).toBe('128Mi');
  });

  test('is evicted within two minutes if it writes more than its limit', async () => {
    const look = async (): Promise<void> =>
      expect(await ofSpec(other, 'pod/filler', '{.status.reason}')).toBe('Evicted');
    await eventually(look, { within: 120_000, every: 1000 });
  }, 130_000);

  test('is refused if it asks for more disk than an attendee may have', async () => {
    const resources = { limits: { memory: '64Mi', 'ephemeral-storage': '10Gi' } };
    await expect(createPod(other, 'large', { containers: [{ ...container, resources }] })).rejects.toThrow(
      'maximum ephemeral-storage usage per Container is 512Mi',
    );
  });
});
