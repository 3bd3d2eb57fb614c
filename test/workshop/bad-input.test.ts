// Tests mistakes of an instructor. A Workshop is refused at once with what to change, or a condition reports the
// problem. Nothing crashes, and foreign objects stay unchanged.
import { apply, kubectl, tool } from '../support/cluster/cluster.ts';
import {
  applyWorkshop,
  conditionText,
  gone,
  operator,
  seatBecomes,
  seatsOf,
  useWorkshop,
  workshopBecomes,
  workshopNow,
} from '../support/cluster/workshop.ts';
import { useBackground } from '../support/background.ts';
import { always, eventually } from '../../support/waiting.ts';
import { restarts } from '../support/matchers/objects.ts';
import type { Pod } from '../support/matchers/objects.ts';

const { seats, workshop: shared } = useWorkshop();
const inBackground = useBackground();

const long = (length: number): string => 'a'.repeat(length);

describe('validation of Workshops', () => {
  test.concurrent.each<[string, string, object, RegExp]>([
    [
      'two attendees of the same name',
      'bad',
      { attendees: [{ name: 'ada' }, { name: 'ada' }] },
      /attendees.*(Duplicate|unique|twice)/i,
    ],
    [
      'an attendee whose namespace would have too long a name',
      'bad',
      { attendees: [{ name: long(60) }] },
      /63|too long/i,
    ],
    [
      "an attendee whose name is too long together with the Workshop's name",
      long(40),
      { attendees: [{ name: long(30) }] },
      /63/,
    ],
    [
      "an attendee's name that a namespace can't contain",
      'bad',
      { attendees: [{ name: 'Ada Lovelace' }] },
      /lower.?case|DNS|a-z0-9/i,
    ],
    [
      'attendees and a number of seats',
      'bad',
      { attendees: [{ name: 'ada' }], seats: 3 },
      /attendees.*seats|seats.*attendees/i,
    ],
    ['neither attendees nor a number of seats', 'bad', {}, /attendees.*seats|seats.*attendees/i],
    ['more than a thousand seats', 'bad', { seats: 1001 }, /1,?000/],
    ['an unknown lab value', 'bad', { seats: 1, lab: { colector: {} } }, /colector/],
    [
      'an unknown instrumentation level',
      'bad',
      { seats: 1, lab: { instrumentation: 'magic' } },
      /instrumentation[^]*(auto|manual)/,
    ],
    [
      'an end before the start',
      'bad',
      { seats: 1, schedule: { startsAt: '2030-01-02T09:00:00Z', expiresAt: '2030-01-01T09:00:00Z' } },
      /expiresAt[^]*startsAt/,
    ],
    [
      'an unknown value of afterExpiry',
      'bad',
      { seats: 1, schedule: { expiresAt: '2030-01-01T09:00:00Z', afterExpiry: 'Explode' } },
      /Delete[^]*Stop[^]*Keep/,
    ],
    [
      'a token lifetime that is not a duration',
      'bad',
      { seats: 1, access: { tokenLifetime: 'a while' } },
      /tokenLifetime/,
    ],
    ['a quota that is not a quantity', 'bad', { seats: 1, quota: { memory: 'lots' } }, /memory/],
    ['a rollout of 0 seats at a time', 'bad', { seats: 1, rollout: { maxConcurrent: 0 } }, /maxConcurrent[^]*1/],
    ['an unknown field', 'bad', { seats: 1, atendees: [] }, /atendees/],
  ])('a new Workshop is refused with %s', async (_, name, spec, says) => {
    const input = JSON.stringify({ apiVersion: 'intro-otel.dev/v1alpha1', kind: 'Workshop', metadata: { name }, spec });
    const { code, stderr } = await tool(
      'kubectl',
      ['create', '--validate=strict', '--dry-run=server', '--filename=-'],
      { input, allowFailure: true },
    );
    expect(stderr).toMatch(says);
    expect(code).not.toBe(0);
  });

  test('a change of a Workshop is refused if it moves the end before the start', async () => {
    const patch = JSON.stringify({
      spec: { schedule: { startsAt: '2030-01-02T09:00:00Z', expiresAt: '2030-01-01T09:00:00Z' } },
    });
    const { code, stderr } = await tool(
      'kubectl',
      ['patch', 'workshop', shared, '--type=merge', '--dry-run=server', '--patch', patch],
      { allowFailure: true },
    );
    expect([code === 0, stderr]).toEqual([false, expect.stringContaining('expiresAt')]);
  });
});

describe('a Seat whose namespace somebody else has created', () => {
  const taken = 'class-taken-ada';
  let before: string;

  const itself = (): Promise<string> =>
    kubectl(
      'get',
      'namespace',
      taken,
      '--output=jsonpath={.metadata.uid} {.metadata.labels} {.metadata.resourceVersion}',
    );

  beforeAll(async () => {
    await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: taken, labels: { owner: 'somebody' } } });
    await apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'theirs', namespace: taken },
      data: { of: 'worth' },
    });
    before = await itself();
    await applyWorkshop('class-taken', { attendees: [{ name: 'ada' }] });
  });
  afterAll(() => kubectl('delete', 'namespace', taken, '--wait=false'));

  test('reports a foreign namespace in a condition of the Seat, which says what to do', async () => {
    const seat = await seatBecomes(taken, 'Ready', /^False NamespaceTaken: .*class-taken-ada/);
    expect(seat.status?.phase).toBe('Failed');
    const { status } = await workshopBecomes('class-taken', 'Degraded', /^True /);
    expect(status?.failing).toEqual([expect.objectContaining({ name: taken, reason: 'NamespaceTaken' })]);
  });

  test('leaves a foreign namespace unchanged, and creates no objects in it', async () => {
    await always(async () => expect(await itself()).toBe(before), { during: 2000 });
    expect(
      await kubectl(
        'get',
        'configmaps,rolebindings,deployments,networkpolicies,resourcequotas',
        '--namespace',
        taken,
        '--output=name',
      ),
    ).toBe('configmap/kube-root-ca.crt\nconfigmap/theirs\n');
  });

  test('keeps a foreign namespace when the Workshop is deleted', async () => {
    await kubectl('delete', 'workshop', 'class-taken', '--timeout=30s');
    await gone('class-taken');
    expect(await itself()).toBe(before);
  });

  test('does not adopt a namespace that has our labels, but a different owner', async () => {
    const forged = 'class-forged-ada';
    const labels = {
      'app.kubernetes.io/managed-by': 'intro-otel',
      'intro-otel.dev/seat': forged,
      'intro-otel.dev/workshop': 'class-forged',
    };
    const owner = {
      apiVersion: 'v1',
      kind: 'Namespace',
      name: 'default',
      uid: await kubectl('get', 'namespace', 'default', '--output=jsonpath={.metadata.uid}'),
    };
    await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: forged, labels, ownerReferences: [owner] } });
    await applyWorkshop('class-forged', { attendees: [{ name: 'ada' }] });
    await seatBecomes(forged, 'Ready', /^False NamespaceTaken: /);
    await kubectl('delete', 'workshop', 'class-forged', '--timeout=30s');
    expect(await kubectl('get', 'namespace', forged, '--output=jsonpath={.status.phase}')).toBe('Active');
    await kubectl('delete', 'namespace', forged, '--wait=false');
  });
});

describe('the quota of a Workshop', () => {
  afterAll(() => kubectl('delete', 'workshop', 'class-narrow', '--ignore-not-found', '--timeout=60s'));

  test('reports a quota that is too small for the lab in a condition, which says how much the lab needs', async () => {
    await applyWorkshop('class-narrow', { attendees: [{ name: 'ada' }], quota: { memory: '64Mi' } });
    const found = await workshopBecomes('class-narrow', 'Ready', /^False .*(quota|memory)/i);
    const said = conditionText(found, 'Ready');
    expect(said).toMatch(/memory/);
    expect(said).toMatch(/64Mi/);
  });
});

describe('the size of a Workshop', () => {
  afterAll(() => kubectl('delete', 'workshop', 'class-crowd', '--ignore-not-found', '--timeout=60s'));

  test('reports how many seats fit if a Workshop is too large for the cluster', async () => {
    await applyWorkshop('class-crowd', { seats: 200, rollout: { paused: true } });
    await workshopBecomes('class-crowd', 'CapacityAvailable', /^False .*\d+ of 200 seats fit/);
    expect((await seatsOf('class-crowd')).length).toBeLessThan(200);
  });
});

// Seats take long to be created and deleted, so this runs while the other tests make Workshops without pods.
inBackground('removes everything of a Workshop that is deleted while its seats are being created', async () => {
  await applyWorkshop('class-brief', { attendees: [{ name: 'ada' }, { name: 'grace' }] });
  await eventually(
    async () =>
      expect(await kubectl('get', 'deployments', '--namespace', 'class-brief-ada', '--output=name')).not.toBe(''),
    { every: 200 },
  );
  await kubectl('delete', 'workshop', 'class-brief', '--timeout=60s');
  await gone('class-brief', 1000);
});

test('no mistake in a Workshop has restarted the operator or changed another Workshop', async () => {
  const { items } = JSON.parse(
    await kubectl(
      'get',
      'pods',
      '--namespace',
      operator.namespace,
      '--selector=app.kubernetes.io/component=operator',
      '--output=json',
    ),
  ) as { items: Pod[] };
  expect(items.map(restarts)).toEqual([0, 0]);
  expect((await workshopNow(shared)).status?.seats).toEqual({
    desired: seats.length,
    ready: seats.length,
    updated: seats.length,
    failed: 0,
  });
});
