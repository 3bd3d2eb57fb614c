// Tests the admission policies of seats at the real API server: what the accounts of a seat may change in the lab's
// objects, which pods an attendee may create, and what an attendee may run in which pod. Nothing is stored, because
// every write is a dry run.
import { LABELS, NAMES, OWN, RELEASE, TERMINAL } from '../../lab/names.ts';
import { eventually } from '../../support/waiting.ts';
import type { Account, Answer } from '../support/cluster/account.ts';
import { restrictedPod } from '../support/cluster/restricted-pod.ts';
import { expectCorrectTypes } from '../support/cluster/policies.ts';
import { admissionObjects, useSeatPolicies } from '../support/cluster/seat-policies.ts';
import { allowedPatches, annotate, DICE, refusedChanges, refusedConfigMaps } from './refused-changes.ts';
import { refusedPatches, RESTARTED_AT, restart } from './refused-changes.ts';
import { allowedPods, refusedPods } from './refused-pods.ts';
import { refusedImitations, refusedTerminals, terminalWith } from './refused-terminal.ts';
import { GUIDE_LABELS, templates } from './refused-templates.ts';
import type { PodChange } from './refused-pods.ts';

const SEAT = 'admission';
const CORE = `/api/v1/namespaces/${SEAT}`;
const DEPLOYMENTS = `/apis/apps/v1/namespaces/${SEAT}/deployments`;
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

const accounts = useSeatPolicies(SEAT);

interface PodSpec {
  readonly containers: readonly object[];
  readonly initContainers?: readonly object[];
}

/** Returns a pod that "restricted" admits, with this change. Each init container is a copy of the container. */
function podWith({ metadata, spec, container }: PodChange): object {
  const pod = restrictedPod('mine', container ? { container } : {}) as { metadata: object; spec: PodSpec };
  const { initContainers, ...others } = (spec ?? {}) as Partial<PodSpec>;
  const [main] = pod.spec.containers;
  const first = initContainers?.map((own) => ({ ...main, name: 'first', ...own }));
  return {
    ...pod,
    metadata: { ...pod.metadata, ...metadata },
    spec: { ...pod.spec, ...others, ...(first && { initContainers: first }) },
  };
}

const createPod = (change: PodChange = {}): Promise<Answer> =>
  accounts().attendee.try({ method: 'POST', path: `${CORE}/pods?dryRun=All`, body: podWith(change) });

const patch = (account: Account, path: string, body: object, type = 'application/merge-patch+json'): Promise<Answer> =>
  account.try({
    method: 'PATCH',
    path: `${path}?dryRun=All&fieldManager=own`,
    body,
    headers: { 'content-type': type },
  });

/**
 * Asks to connect to a pod that doesn't exist, by WebSocket and by SPDY, as kubectl does. A request that the policies
 * allow is answered with 404.
 */
const connect = (pod: string, how: string, command: readonly string[]): Promise<Answer[]> => {
  const query = ['stdout=true', ...command.map((word) => `command=${encodeURIComponent(word)}`)].join('&');
  const path = `${CORE}/pods/${pod}/${how}?${query}`;
  return Promise.all((['GET', 'POST'] as const).map((method) => accounts().attendee.try({ method, path })));
};

/** Returns what matters of an answer: its code, and the message if the request was refused. */
const brief = ({ code, message = '' }: Answer): [number, string] => [code, message];

beforeAll(async () => {
  const refusals = async (): Promise<void> => {
    const { attendee } = accounts();
    const answers = [
      await createPod({ spec: { nodeName: 'any' } }),
      await patch(attendee, `${DEPLOYMENTS}/${DICE}`, { spec: { paused: true } }),
      await patch(attendee, `${CORE}/configmaps/${NAMES.dice}`, { immutable: true }),
      ...(await connect(`${RELEASE}-guide-x`, 'exec', ['node'])),
    ];
    expect(answers.map(({ code }) => code)).toEqual([422, 422, 422, 422, 422]);
  };
  await eventually(refusals, { within: 30_000 });
}, 60_000);

test('the API server finds no mistake in the types of the policies', async () => {
  await expectCorrectTypes(admissionObjects(), 5);
});

describe('pods of an attendee', () => {
  test.each(refusedPods)("refuses an attendee's pod with %s", async (_, change, message) => {
    expect(brief(await createPod(change))).toEqual([422, expect.stringMatching(message)]);
  });

  test.each(allowedPods)("admits an attendee's pod with %s", async (_, change) => {
    expect(brief(await createPod(change))).toEqual([201, '']);
  });
});

describe('the pod of the terminal', () => {
  const create = (who: 'guide' | 'attendee', body: object): Promise<Answer> =>
    accounts()[who].try({ method: 'POST', path: `${CORE}/pods?dryRun=All`, body });

  test('the guide creates it', async () => {
    expect(brief(await create('guide', terminalWith(SEAT)))).toEqual([201, '']);
  });

  test.each(refusedTerminals)('the guide does not create it with %s', async (_, change, message) => {
    const answer = await create('guide', terminalWith(SEAT, change));
    expect(brief(answer)).toEqual([422, expect.stringMatching(message)]);
  });

  test.each(refusedImitations)('an attendee creates no pod with %s', async (_, change, message) => {
    const answer = await create('attendee', terminalWith(SEAT, change));
    expect(brief(answer)).toEqual([422, expect.stringMatching(message)]);
  });

  test.each([
    ['GET', '/exec?command=sh&stdout=true'],
    ['POST', '/exec?command=sh&stdout=true'],
    ['DELETE', '?dryRun=All'],
  ] as const)('the guide may send it %s%s, and no other pod', async (method, what) => {
    const send = (pod: string) => accounts().guide.try({ method, path: `${CORE}/pods/${pod}${what}` });
    expect([(await send(TERMINAL.pod)).code, (await send('mine')).code]).toEqual([404, 403]);
  });
});

const ONLY_RESTARTS = 'Expected a change of the annotation kubectl.kubernetes.io/restartedAt of the template only';

describe("an attendee's change of a Deployment", () => {
  const refused = [...refusedChanges, ['a checksum', annotate({ [OWN[0].started]: 'a' }), OWN[0].started]] as const;

  test.each(refused)('refuses %s', async (_, body, found) => {
    const [code, message] = brief(await patch(accounts().attendee, `${DEPLOYMENTS}/${DICE}`, body));
    expect([code, message]).toEqual([422, expect.stringContaining(ONLY_RESTARTS)]);
    expect(message).toContain(found);
  });

  test.each(refusedPatches)('refuses %s by %s', async (_, type, body) => {
    const answer = await patch(accounts().attendee, `${DEPLOYMENTS}/${DICE}`, body, type);
    expect(brief(answer)).toEqual([422, expect.stringContaining('Expected a change ')]);
  });

  test('refuses an annotation of more than 64 characters', async () => {
    const long = annotate({ [RESTARTED_AT]: 'x'.repeat(65) });
    const answer = await patch(accounts().attendee, `${DEPLOYMENTS}/${DICE}`, long);
    expect(brief(answer)).toEqual([422, expect.stringContaining('at most 64 characters')]);
  });

  test.each(['dice', 'guide', 'collector', 'prizes-v1'])('admits a restart of %s', async (name) => {
    expect(brief(await patch(accounts().attendee, `${DEPLOYMENTS}/${RELEASE}-${name}`, restart))).toEqual([200, '']);
  });

  test.each(allowedPatches)('admits a restart by %s', async (type, body) => {
    expect(brief(await patch(accounts().attendee, `${DEPLOYMENTS}/${DICE}`, body, type))).toEqual([200, '']);
  });
});

describe("the guide's change of a Deployment", () => {
  test('admits the checksums of the files that the pods start with', async () => {
    const checksums = annotate(Object.fromEntries(OWN.map(({ started }) => [started, 'a'.repeat(64)])));
    expect(brief(await patch(accounts().guide, `${DEPLOYMENTS}/${DICE}`, checksums))).toEqual([200, '']);
  });

  test.each(refusedChanges)('refuses %s', async (_, body) => {
    const answer = await patch(accounts().guide, `${DEPLOYMENTS}/${DICE}`, body);
    expect(brief(answer)).toEqual([422, expect.stringContaining(ONLY_RESTARTS)]);
  });
});

describe.each(['attendee', 'guide'] as const)('a change of a ConfigMap by the %s', (who) => {
  const change = (body: object): Promise<[number, string][]> =>
    Promise.all(
      [NAMES.dice, NAMES.faults].map(async (name) =>
        brief(await patch(accounts()[who], `${CORE}/configmaps/${name}`, body)),
      ),
    );

  test.each(refusedConfigMaps)('refuses %s', async (_, body, found) => {
    const refused = [422, expect.stringContaining(found)];
    expect(await change(body)).toEqual([refused, refused]);
  });

  test.each<[what: string, body: object]>([
    ['data', { data: { 'app.ts': '// mine', faults: 'spike' } }],
    ['the annotation of kubectl apply', { metadata: { annotations: { [LAST_APPLIED]: '{}' } }, data: { a: 'b' } }],
    ['900 kB of data', { data: { 'app.ts': 'x'.repeat(900_000) } }],
    ['no data', { data: null }],
  ])('admits %s', async (_, body) => {
    expect(await change(body)).toEqual([
      [200, ''],
      [200, ''],
    ]);
  });
});

describe('labels of the lab on pods that controllers create', () => {
  const create = ([kind, api, make]: (typeof templates)[number], labels: Parameters<typeof make>[0]): Promise<Answer> =>
    accounts().writer.try({
      method: 'POST',
      path: `/${api}/namespaces/${SEAT}/${kind.toLowerCase()}s?dryRun=All`,
      body: make(labels),
    });

  test.each(templates.map((row) => [row[0], row] as const))(
    "refuses them in a %s of a seat's account",
    async (_, row) => {
      for (const [label, value] of Object.entries(GUIDE_LABELS))
        expect(brief(await create(row, { [label]: value }))).toEqual([422, expect.stringContaining(`found ${label}.`)]);
      expect(brief(await create(row, {}))).toEqual([201, '']);
    },
  );

  test("refuses them in a change of a Deployment's template, but admits a restart", async () => {
    const change = (body: object): Promise<Answer> =>
      patch(accounts().writer, `${DEPLOYMENTS}/${RELEASE}-prizes-v1`, body);
    const disguised = { spec: { template: { metadata: { labels: { [LABELS.partOf]: 'guide' } } } } };
    expect(brief(await change(disguised))).toEqual([422, expect.stringContaining('Expected ')]);
    expect(brief(await change(restart))).toEqual([200, '']);
  });

  test('refuses them in a change of a pod', async () => {
    const pods = `${CORE}/pods`;
    const { writer } = accounts();
    const made = await writer.try({
      method: 'POST',
      path: pods,
      body: podWith({ metadata: { name: 'changed' }, spec: { nodeSelector: { no: 'where' } } }),
    });
    expect(made.code).toBe(201);
    const changed = await patch(writer, `${pods}/changed`, { metadata: { labels: GUIDE_LABELS } });
    expect(brief(changed)).toEqual([422, expect.stringContaining('Expected a pod without labels of the lab')]);
    expect(brief(await patch(writer, `${pods}/changed`, { metadata: { labels: { app: 'mine' } } }))).toEqual([200, '']);
  });
});

describe("an attendee's exec and attach", () => {
  const guide = `${RELEASE}-guide-6f8f75d958-fvw8q`;
  const collector = `${RELEASE}-collector-5d5d7f6c5-mn9x2`;
  const dice = `${RELEASE}-dice-6f8f75d958-fvw8q`;

  test.each<[how: string, pod: string, command: string]>([
    ['exec', guide, 'node -e 1'],
    ['exec', guide, 'node'],
    ['exec', guide, 'sh'],
    ['exec', guide, '/bin/sh -c node /app/course.js'],
    ['exec', guide, 'node --import=/tmp/x.js /app/course.js'],
    ['exec', guide, 'node -r /app/course.js'],
    ['exec', guide, 'node /app/key.js'],
    ['exec', guide, 'node /app/../tmp/course.js'],
    ['exec', guide, 'node /app/course.js/../../tmp/x.js'],
    ['exec', guide, 'env NODE_OPTIONS=--inspect node /app/course.js'],
    ['exec', guide, '/app/course.js'],
    ['exec', guide, 'cat /etc/intro-otel/key'],
    ['exec', guide, '/proc/self/exe /app/course.js'],
    ['exec', guide, ''],
    ['attach', guide, ''],
    ['exec', collector, '/otelcol-contrib --version'],
    ['attach', collector, ''],
    ['exec', `${NAMES.probe}-0a1b2c3d4e`, 'node -e 1'],
    ['attach', `${NAMES.probe}-0a1b2c3d4e`, ''],
  ])('refuses %s in %s: %s', async (how, pod, command) => {
    const refused = [422, expect.stringContaining('Expected ')];
    const answers = await connect(pod, how, command.split(' ').filter(Boolean));
    expect(answers.map(brief)).toEqual([refused, refused]);
  });

  test('refuses a command of several lines with a message that says what to run', async () => {
    const [answer] = await connect(guide, 'exec', ['node', '-e', 'first\nsecond']);
    expect(answer?.message).toContain('Expected node /app/course.js or node /app/why.js in the guide');
  });

  test.each<[how: string, pod: string, command: string]>([
    ['exec', guide, 'node /app/course.js'],
    ['exec', guide, 'node /app/course.js check 4 a=b'],
    ['exec', guide, 'node /app/why.js'],
    ['exec', dice, 'node -e 1'],
    ['attach', dice, ''],
    ['exec', 'mine', 'sh'],
    ['portforward', guide, ''],
  ])('admits %s in %s: %s', async (how, pod, command) => {
    const missing = [404, `pods "${pod}" not found`];
    const answers = await connect(pod, how, command.split(' ').filter(Boolean));
    expect(answers.map(brief)).toEqual([missing, missing]);
  });
});
