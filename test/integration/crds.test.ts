// Tests the validation of Workshops and Seats by the API server. It refuses bad input with a message that says what to
// do. A Workshop accepts every lab that the chart accepts.
import { join } from 'node:path';
import fc from 'fast-check';
import { repoRoot } from '../../support/paths.ts';
import { chartValues } from '../../cdk8s/operator/values.ts';
import { apply, kubectl, testCluster, tool } from '../support/cluster/cluster.ts';
import { bringDefinitions } from '../support/cluster/definitions.ts';
import { testExamples } from './example-patches.ts';
import { attendees, long, refusedWorkshops } from './refused-workshops.ts';
import { arbitraryLab } from '../chart/arbitrary.ts';

const SEED = 20260504;
const LABS = 60;

const WORKSHOPS = '/apis/intro-otel.dev/v1alpha1/workshops';

beforeAll(bringDefinitions, 60_000);

const manifest = (kind: string, name: string, spec: object): object => ({
  apiVersion: 'intro-otel.dev/v1alpha1',
  kind,
  metadata: { name },
  spec,
});

/** Runs a dry run of `kubectl apply`, which creates nothing. @returns its exit code and output */
async function tried(object: object): Promise<{ code: number; stdout: string; stderr: string }> {
  return tool('kubectl', ['apply', '--dry-run=server', '--output=json', '--filename=-'], {
    input: JSON.stringify(object),
    allowFailure: true,
  });
}

describe('patches in examples/', testExamples);

describe('refusal of Workshops', () => {
  test.each(refusedWorkshops)('a Workshop is refused %s', async (_what, name, spec, [field, message]) => {
    const { code, stderr } = await tried(manifest('Workshop', name, spec));
    expect(code).not.toBe(0);
    expect(stderr).toContain(field);
    expect(stderr).toContain(message);
  });
});

describe('acceptance of Workshops', () => {
  const given = async (name: string, spec: object): Promise<object> => {
    const { code, stdout, stderr } = await tried(manifest('Workshop', name, spec));
    expect([code, stderr]).toEqual([0, '']);
    return (JSON.parse(stdout) as { spec: object }).spec;
  };

  test('a Workshop is accepted with the longest allowed names', async () => {
    await given('otel', attendees(long(58)));
    await given(long(61), attendees('a'));
    await given(long(53), { seats: 1000 });
    await given(long(52), { seats: 1, seatNames: 'Opaque' });
  });

  test('a Workshop is accepted with a thousand attendees', async () => {
    await given('otel', attendees(...Array.from({ length: 1000 }, (_, index) => `attendee-${index}`)));
  });

  test('a Workshop receives default values in all fields except spec.lab', async () => {
    expect(await given('otel', { seats: 3, lab: { dice: {} }, schedule: {} })).toEqual({
      seats: 3,
      seatNames: 'Attendee',
      lab: { dice: {} },
      rollout: { maxConcurrent: 5, maxFailures: 3, paused: false },
      access: { tokenLifetime: '12h' },
      schedule: { afterExpiry: 'Stop' },
    });
  });

  test('a Workshop is accepted with a token lifetime from ten minutes to thirty days', async () => {
    await given('otel', { seats: 1, access: { tokenLifetime: '10m' } });
    await given('otel', { seats: 1, access: { tokenLifetime: '720h' } });
    await given('otel', { seats: 1, access: { tokenLifetime: '719h59m60s' } });
  });

  test("a Workshop is accepted with the chart's default values as spec.lab", async () => {
    const { operator, portal, ...lab } = chartValues.default;
    expect([operator.enabled, portal.enabled]).toEqual([true, true]);
    expect(await given('otel', { seats: 1, lab })).toMatchObject({ lab });
  });

  test(`a Workshop stores every lab that the chart accepts without a change (${LABS} labs, seed ${SEED})`, async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryLab, async (lab) => {
        const answer = await fetch(`${testCluster().api}${WORKSHOPS}?dryRun=All&fieldValidation=Strict`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(manifest('Workshop', 'otel', { seats: 1, lab })),
        });
        const body = (await answer.json()) as { message?: string; spec?: { lab?: object } };
        expect([answer.status, body.message]).toEqual([201, undefined]);
        expect(body.spec?.lab).toEqual(JSON.parse(JSON.stringify(lab)));
      }),
      { seed: SEED, numRuns: LABS },
    );
  }, 60_000);

  test('a Workshop is accepted from two server-side appliers, one for its attendees and one for its lab', async () => {
    const as = async (manager: string, spec: object): Promise<void> => {
      await tool('kubectl', ['apply', '--server-side', `--field-manager=${manager}`, '--filename=-'], {
        input: JSON.stringify(manifest('Workshop', 'crds-ssa', spec)),
      });
    };
    try {
      await as('one', attendees('ada', 'eve'));
      await as('other', {
        ...attendees('bob'),
        lab: { dice: { env: { A: true, B: 1.5 }, resources: { limits: { memory: null } } } },
      });
      expect(
        await kubectl('get', 'workshop', 'crds-ssa', '--output=jsonpath={.spec.attendees[*].name} {.spec.lab}'),
      ).toBe('ada eve bob {"dice":{"env":{"A":true,"B":1.5},"resources":{"limits":{"memory":null}}}}');
    } finally {
      await kubectl('delete', 'workshop', 'crds-ssa', '--ignore-not-found', '--timeout=60s');
    }
  });

  test('a Workshop is refused another kind of names for its seats, which would replace all seats', async () => {
    await apply(manifest('Workshop', 'crds-names', attendees('ada')));
    try {
      const change = ['--type=merge', '--patch={"spec":{"seatNames":"Opaque"}}'];
      const { code, stderr } = await tool('kubectl', ['patch', 'workshop', 'crds-names', ...change], {
        allowFailure: true,
      });
      expect([code, stderr]).toEqual([1, expect.stringContaining('create another Workshop')]);
    } finally {
      await kubectl('delete', 'workshop', 'crds-names', '--timeout=60s');
    }
  });

  test.each(['workshop.yaml', ...['solo', 'class-5', 'class-30'].map((name) => `examples/${name}.yaml`)])(
    'a Workshop is accepted unchanged from the file %s',
    async (file) => {
      const { code, stdout, stderr } = await tool(
        'kubectl',
        ['apply', '--dry-run=server', '--filename', join(repoRoot, file)],
        { allowFailure: true },
      );
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/^workshop\.intro-otel\.dev\/\S+ created \(server dry run\)\n$/);
    },
  );
});

describe('validation of Seats', () => {
  const spec = { workshop: 'crds', attendee: 'ada', revision: '1' };
  const seat = manifest('Seat', 'crds-ada', spec);

  beforeAll(() => apply(seat));
  afterAll(() => kubectl('delete', 'seat', 'crds-ada', '--ignore-not-found'));

  test.each<[what: string, name: string, spec: object, said: readonly [field: string, message: string]]>([
    [
      'a name that is not that of its Workshop and attendee',
      'crds-eve',
      spec,
      ['metadata.name', 'which is crds-ada. The operator creates Seats: add the attendee to the Workshop'],
    ],
    ['two replicas', 'crds-ada', { ...spec, replicas: 2 }, ['spec.replicas', 'less than or equal to 1']],
    ['no revision', 'crds-ada', { workshop: 'crds', attendee: 'ada' }, ['spec.revision', 'Required value']],
    [
      'a changed attendee',
      'crds-ada',
      { ...spec, attendee: 'eve' },
      ['spec.attendee', "a Seat can't change its attendee, which is ada: change spec.attendees of the Workshop"],
    ],
    [
      'a changed Workshop',
      'crds-ada',
      { ...spec, workshop: 'other' },
      ['spec.workshop', "a Seat can't change its workshop, which is crds"],
    ],
  ])('a Seat is refused with %s', async (_what, name, other, [field, message]) => {
    const { code, stderr } = await tried(manifest('Seat', name, other));
    expect(code).not.toBe(0);
    expect(stderr).toContain(field);
    expect(stderr).toContain(message);
  });

  test('a Seat is accepted with a name that tells nobody the attendee', async () => {
    const { code, stderr } = await tried(manifest('Seat', 'crds-0123456789', spec));
    expect([code, stderr]).toEqual([0, '']);
  });

  test('a Seat runs by default, and kubectl scale stops and starts it', async () => {
    const replicas = (): Promise<string> => kubectl('get', 'seat', 'crds-ada', '--output=jsonpath={.spec.replicas}');
    expect(await replicas()).toBe('1');
    await kubectl('scale', 'seat', 'crds-ada', '--replicas=0');
    expect(await replicas()).toBe('0');
    await kubectl('scale', 'seat', 'crds-ada', '--replicas=1');
    expect(await replicas()).toBe('1');
  });
});

describe('kubectl commands for Workshops and Seats', () => {
  const header = async (...args: string[]): Promise<string[]> => {
    const { stdout } = await tool('kubectl', ['get', ...args]);
    return (stdout.split('\n')[0] ?? '').trim().split(/ {2,}/);
  };
  const patchStatus = (kind: string, name: string, status: object): Promise<string> =>
    kubectl('patch', kind, name, '--subresource=status', '--type=merge', '--patch', JSON.stringify({ status }));

  beforeAll(async () => {
    await apply(
      manifest('Workshop', 'crds', { ...attendees('ada'), schedule: { expiresAt: '2030-01-01T18:00:00Z' } }),
      manifest('Seat', 'crds-ada', { workshop: 'crds', attendee: 'ada', revision: '1' }),
    );
  });
  // The time limit is long, because a running operator may have added a finalizer.
  afterAll(() => kubectl('delete', 'workshop/crds', 'seat/crds-ada', '--ignore-not-found', '--timeout=60s'));

  test('kubectl get workshops and kubectl get ws print the columns that an instructor needs', async () => {
    expect(await header('workshops')).toEqual(['NAME', 'READY', 'STATE', 'CODE', 'FAILED', 'EXPIRES', 'AGE']);
    expect(await header('ws')).toEqual(['NAME', 'READY', 'STATE', 'CODE', 'FAILED', 'EXPIRES', 'AGE']);
  });

  test("kubectl get prints the columns of Seats that an instructor needs, and the lab's URL with -o wide", async () => {
    expect(await header('seats')).toEqual([
      'NAME',
      'WORKSHOP',
      'ATTENDEE',
      'PERSON',
      'PHASE',
      'REASON',
      'PROGRESS',
      'LAST ACTIVITY',
      'AGE',
    ]);
    expect(await header('st', '--output=wide')).toEqual([
      'NAME',
      'WORKSHOP',
      'ATTENDEE',
      'PERSON',
      'PHASE',
      'REASON',
      'PROGRESS',
      'LAST ACTIVITY',
      'STEP',
      'FINDING',
      'ACCESS UNTIL',
      'URL',
      'AGE',
    ]);
  });

  test('kubectl get finds Workshops and Seats by their category', async () => {
    expect((await kubectl('get', 'intro-otel', '--output=name')).trim().split('\n')).toEqual(
      expect.arrayContaining(['workshop.intro-otel.dev/crds', 'seat.intro-otel.dev/crds-ada']),
    );
  });

  test('kubectl get prints values from the status of Workshops and Seats in its columns', async () => {
    const condition = {
      type: 'Ready',
      status: 'False',
      reason: 'SeatsNotReady',
      message: 'is',
      lastTransitionTime: '2026-05-04T09:00:00Z',
    };
    await patchStatus('workshop', 'crds', {
      summary: '0/1',
      state: 'SeatsNotReady',
      seats: { desired: 1, ready: 0, updated: 0, failed: 1 },
      conditions: [condition],
    });
    expect(await kubectl('get', 'workshop', 'crds', '--no-headers')).toMatch(
      /^crds\s+0\/1\s+SeatsNotReady\s+1\s+2030-01-01T18:00:00Z\s+\S+\n$/,
    );
    const lastActivity = new Date(Date.now() - 120_000).toISOString();
    await patchStatus('seat', 'crds-ada', {
      phase: 'Failed',
      progress: '3/12',
      lastActivity,
      course: {
        step: '06-manual',
        since: lastActivity,
        passed: ['01-set-up'],
        check: { step: '06-manual', finding: 'code/never-ended', hop: 'shape', times: 3, at: lastActivity },
      },
      url: 'http://localhost:8080',
      access: {
        secret: 'crds-ada/kubeconfig',
        expiresAt: '2030-01-01T22:00:00Z',
        renewAt: '2030-01-01T20:00:00Z',
        handedOutUntil: '2030-01-01T12:00:00Z',
      },
      conditions: [condition],
    });
    expect(await kubectl('get', 'seat', 'crds-ada', '--no-headers', '--output=wide')).toMatch(
      new RegExp(
        String.raw`^crds-ada\s+crds\s+ada\s+Failed\s+SeatsNotReady\s+3/12\s+2m\S*\s+06-manual\s+code/never-ended\s+` +
          String.raw`2030-01-01T12:00:00Z\s+http://localhost:8080\s+\S+\n$`,
      ),
    );
  });

  test.each([
    ['workshop.spec.attendees', 'Each gets a seat'],
    ['workshop.spec.lab.collector', 'The OpenTelemetry Collector'],
    ['workshop.status.conditions', 'NetworkIsolation'],
    ['seat.spec.replicas', 'kubectl scale seat'],
    ['seat.status.course.check.finding', 'an id of the catalogue of findings'],
  ])('kubectl explain describes the field %s', async (path, words) => {
    expect((await kubectl('explain', path)).replaceAll(/\s+/g, ' ')).toContain(words);
  });
});
