// Tests that the operator repairs foreign changes within seconds, keeps what others own, and writes nothing while
// nothing changes.
import { LABELS, NAMES, RELEASE, ROLES } from '../../operator/api/types.ts';
import { apiGet, kubectl } from '../support/cluster/cluster.ts';
import { allReady, labOf, leaderMetrics, seatNow, useWorkshop } from '../support/cluster/workshop.ts';
import { always, eventually } from '../../support/waiting.ts';
import { samplesOf, total } from '../support/matchers/metrics.ts';

const {
  seats: [, seat],
  workshop,
  seats,
} = useWorkshop();

/** The time limit for a repair on a busy machine, in milliseconds. */
const REPAIRED_WITHIN = 10_000;

const dice = `deployment/${RELEASE}-dice`;

function inSeat(...args: string[]): Promise<string> {
  return kubectl('--namespace', seat, ...args);
}

function patch(what: readonly [kind: string, name: string], change: object): Promise<string> {
  return inSeat('patch', ...what, '--type=merge', '--patch', JSON.stringify(change));
}

describe('deleted objects', () => {
  async function expectAgain(what: string): Promise<void> {
    const names = async (): Promise<string[]> =>
      (await inSeat('get', ...what.split('/'), '--output=name', '--ignore-not-found')).trim().split('\n');
    const before = await names();
    expect(before).not.toEqual(['']);
    await inSeat('delete', ...what.split('/'), ...(what.includes('/') ? [] : ['--all']));
    await eventually(async () => expect(await names()).toEqual(before), { within: REPAIRED_WITHIN });
  }

  test.concurrent.each([
    ['every NetworkPolicy', 'networkpolicies'],
    ['the quota', `resourcequota/${NAMES.quota}`],
    ['the LimitRange', `limitrange/${NAMES.quota}`],
    ["the attendee's RoleBinding", `rolebinding/${NAMES.attendee}`],
    ['a Service', `service/${RELEASE}-prizes`],
    ['a ServiceAccount', `serviceaccount/${RELEASE}-collector`],
    ['a ConfigMap', `configmap/${RELEASE}-collector`],
    ['a Deployment', `deployment/${RELEASE}-prizes-v2`],
  ])('creates a deleted object again: %s', (_, what) => expectAgain(what));

  // Without it the operator can't repair anything else.
  test("creates a deleted object again: the operator's own RoleBinding", () =>
    expectAgain(`rolebinding/${ROLES.operator}`));
});

describe('changed fields', () => {
  const cases: readonly [string, readonly [string, string], object, string][] = [
    [
      "the number of a Deployment's pods",
      ['deployment', `${RELEASE}-guide`],
      { spec: { replicas: 3 } },
      '{.spec.replicas}',
    ],
    [
      'the port of a Service',
      ['service', `${RELEASE}-dice`],
      { spec: { ports: [{ name: 'http', port: 81, targetPort: 'http' }] } },
      '{.spec.ports[0].port}',
    ],
    [
      'the pod limit of the quota',
      ['resourcequota', NAMES.quota],
      { spec: { hard: { pods: '1000' } } },
      '{.spec.hard.pods}',
    ],
    ["the subjects of the attendee's RoleBinding", ['rolebinding', NAMES.attendee], { subjects: [] }, '{.subjects}'],
    ["the Collector's configuration", ['configmap', `${RELEASE}-collector`], { data: null }, '{.data}'],
  ];

  test.concurrent.each(cases)('restores a changed field: %s', async (_, what, change, jsonPath) => {
    const look = (): Promise<string> => inSeat('get', ...what, `--output=jsonpath=${jsonPath}`);
    const before = await look();
    await patch(what, change);
    await eventually(async () => expect(await look()).toBe(before), { within: REPAIRED_WITHIN });
  });

  test.concurrent('restores the changed image of a container', async () => {
    const look = (): Promise<string> =>
      inSeat('get', dice, '--output=jsonpath={.spec.template.spec.containers[0].image}');
    const before = await look();
    await inSeat('set', 'image', dice, '*=docker.io/library/another:1');
    await eventually(async () => expect(await look()).toBe(before), { within: REPAIRED_WITHIN });
  });

  test.concurrent('restores the changed Pod Security of the namespace', async () => {
    const label = 'pod-security.kubernetes.io/enforce';
    await kubectl('label', 'namespace', seat, `${label}=privileged`, '--overwrite');
    const now = (): Promise<string> =>
      kubectl('get', 'namespace', seat, `--output=jsonpath={.metadata.labels.pod-security\\.kubernetes\\.io/enforce}`);
    await eventually(async () => expect(await now()).toBe('restricted'), { within: REPAIRED_WITHIN });
  });

  // This change also changes the quota, so it is made alone.
  test('restores the changed spec of a Seat', async () => {
    const { spec } = await seatNow(seat);
    await kubectl(
      'patch',
      'seat',
      seat,
      '--type=merge',
      '--patch',
      JSON.stringify({ spec: { displayName: 'Nobody', quota: { pods: 999 } } }),
    );
    await eventually(async () => expect((await seatNow(seat)).spec).toEqual(spec), { within: REPAIRED_WITHIN });
  });

  test('has a complete lab after the repairs of all deleted objects and changed fields', async () => {
    await labOf(seat).rolledOut('dice', 'guide', 'collector', 'prizes-v2');
    await allReady(workshop, seats.length, 60_000);
    await labOf(seat).settled();
  }, 150_000);
});

describe('a repair by the operator', () => {
  beforeAll(async () => {
    await inSeat('annotate', dice, 'example.com/note=mine');
    await inSeat('label', 'service', `${RELEASE}-dice`, 'example.com/team=ours');
    await kubectl('annotate', 'namespace', seat, 'example.com/note=mine');
    await inSeat('create', 'configmap', 'theirs', '--from-literal=of=worth');
    // These changes break the Deployment and the Service from above, so that the operator has to apply both again.
    await Promise.all([
      inSeat('scale', dice, '--replicas=2'),
      patch(['service', `${RELEASE}-dice`], { spec: { selector: { [LABELS.component]: 'another' } } }),
    ]);
    await eventually(async () => expect(await inSeat('get', dice, '--output=jsonpath={.spec.replicas}')).toBe('1'), {
      within: REPAIRED_WITHIN,
    });
    await eventually(
      async () =>
        expect(await inSeat('get', 'service', `${RELEASE}-dice`, '--output=jsonpath={.spec.selector}')).not.toContain(
          'another',
        ),
      { within: REPAIRED_WITHIN },
    );
  }, 30_000);
  afterAll(async () => {
    await inSeat('delete', 'configmap', 'theirs');
    await kubectl('annotate', 'namespace', seat, 'example.com/note-');
  });

  test.each([
    [
      'an annotation that somebody else has put on a Deployment',
      dice,
      '{.metadata.annotations.example\\.com/note}',
      'mine',
    ],
    [
      'a label that somebody else has put on a Service',
      `service/${RELEASE}-dice`,
      '{.metadata.labels.example\\.com/team}',
      'ours',
    ],
    ['an annotation of the namespace', `namespace/${seat}`, '{.metadata.annotations.example\\.com/note}', 'mine'],
    ['a ConfigMap that somebody else has made', 'configmap/theirs', '{.data.of}', 'worth'],
  ])('a repair keeps %s', async (_, what, jsonPath, expected) => {
    expect(await inSeat('get', what, `--output=jsonpath=${jsonPath}`)).toBe(expected);
  });
});

describe('the operator while nothing changes', () => {
  const WRITES = ['POST', 'PUT', 'PATCH', 'APPLY', 'DELETE'];
  /** The kinds of objects whose writes the tests count: all that the operator writes except the Lease. */
  const KINDS = [
    'workshops',
    'seats',
    'namespaces',
    'configmaps',
    'secrets',
    'services',
    'serviceaccounts',
    'deployments',
    'pods',
    'networkpolicies',
    'resourcequotas',
    'limitranges',
    'rolebindings',
    'events',
  ];

  async function writesOfAll(): Promise<Record<string, number>> {
    const samples = samplesOf(await kubectl('get', '--raw', '/metrics'), 'apiserver_request_total');
    const count = (kind: string): number =>
      total(samples, ({ verb = '', resource }) => resource === kind && WRITES.includes(verb));
    return Object.fromEntries(KINDS.map((kind) => [kind, count(kind)]));
  }

  async function requestsOfOperator(): Promise<{ writes: number; all: number }> {
    const samples = samplesOf(await leaderMetrics(), 'rest_client_requests_total');
    return { writes: total(samples, ({ method = '' }) => WRITES.includes(method.toUpperCase())), all: total(samples) };
  }

  const SECONDS = 12;

  test('writes only its Lease while nothing changes, and sends few other requests', async () => {
    await eventually(
      async () => {
        const before = await writesOfAll();
        await always(() => undefined, { during: 6000 }); // longer than the 5 s in which a deleted pod may shut down
        expect(await writesOfAll()).toEqual(before);
      },
      { within: 60_000 },
    );
    const [all, own] = await Promise.all([writesOfAll(), requestsOfOperator()]);
    await always(() => undefined, { during: SECONDS * 1000 });
    const [allNow, ownNow] = await Promise.all([writesOfAll(), requestsOfOperator()]);
    expect(allNow).toEqual(all);
    expect(ownNow.writes - own.writes).toBeGreaterThan(0); // writes of the Lease show that the count works
    expect(ownNow.writes - own.writes).toBeLessThanOrEqual(SECONDS / 4 + 1);
    expect(ownNow.all - own.all).toBeLessThanOrEqual(SECONDS);
  }, 120_000);

  test('the operator has two ready replicas, of which one leads', async () => {
    const pods = await apiGet<{ items: object[] }>(
      `/api/v1/namespaces/class-operator/pods?labelSelector=app.kubernetes.io/component=operator`,
    );
    expect(pods.items).toHaveLength(2);
    expect(samplesOf(await leaderMetrics(), 'leader_election_master_status').map(({ value }) => value)).toEqual([1]);
  });
});
