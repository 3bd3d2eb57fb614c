// An attendee who asks for two thousand pods gets as many as the quota has, and the neighbours play on.
import { LABELS } from '../../operator/api/types.ts';
import type { Answer } from '../support/cluster/account.ts';
import { useAttendee } from '../support/cluster/attendee.ts';
import { kubectl } from '../support/cluster/cluster.ts';
import { labOf, useWorkshop } from '../support/cluster/workshop.ts';
import { eventually } from '../support/matchers/eventually.ts';
import { isReady } from '../support/matchers/objects.ts';
import { restrictedPod } from '../support/cluster/restricted-pod.ts';

const {
  seats: [own, ...neighbours],
} = useWorkshop();
const attendee = useAttendee(own);

const PODS = 2000;

let answers: Answer[];
let during: Promise<string[]>;

beforeAll(async () => {
  const path = `/api/v1/namespaces/${own}/pods`;
  const asked = Promise.all(
    Array.from({ length: PODS }, (_, index) =>
      attendee.account.try({ method: 'POST', path, body: restrictedPod(`flood-${index}`) }),
    ),
  );
  let flooding = true;
  during = playUntil(() => !flooding);
  answers = await asked.finally(() => (flooding = false));
}, 120_000);

afterAll(async () => {
  await kubectl(
    'delete',
    'pods',
    '--namespace',
    own,
    '--selector=!app.kubernetes.io/part-of',
    '--grace-period=0',
    '--wait=false',
  );
});

/** Rounds in the other seats, one after the other; gives what went wrong in them. */
async function playUntil(done: () => boolean): Promise<string[]> {
  const failures: string[] = [];
  do {
    for (const seat of neighbours)
      await labOf(seat)
        .play()
        .catch((error: unknown) => failures.push(`${seat}: ${String(error)}`));
  } while (!done());
  return failures;
}

test('of 2,000 pods that an attendee asks for, the quota lets in as many as it has room for', async () => {
  const refused = answers.filter(({ code }) => code !== 201);
  expect([...new Set(refused.map(({ code }) => code))]).toEqual([403]);
  expect(refused.filter(({ message = '' }) => !message.includes('exceeded quota'))).toEqual([]);
  const { hard, used } = JSON.parse(
    await kubectl('get', 'resourcequota', 'seat', '--namespace', own, '--output=jsonpath={.status}'),
  ) as { hard: Record<string, string>; used: Record<string, string> };
  expect(Number(used['pods'])).toBeLessThanOrEqual(Number(hard['pods']));
  expect(PODS - refused.length).toBeLessThan(Number(hard['pods']));
});

test('the refusals tell the attendee what the limit is', () => {
  expect(answers.at(-1)?.message).toMatch(/exceeded quota: seat, requested: .*, used: .*, limited: /);
});

test('meanwhile every round of the neighbours was played', async () => {
  expect(await during).toEqual([]);
});

test('nothing of the neighbours has gone, and nothing new is in their namespaces', async () => {
  for (const seat of neighbours) {
    const pods = await labOf(seat).pods();
    expect(pods.filter((pod) => !isReady(pod))).toEqual([]);
    expect(
      await kubectl('get', 'pods', '--namespace', seat, '--selector=!app.kubernetes.io/part-of', '--output=name'),
    ).toBe('');
  }
});

test('the operator goes on: the class stays ready', async () => {
  const notReady = async (): Promise<string> =>
    kubectl(
      'get',
      'seats',
      '--selector',
      `${LABELS.workshop}`,
      '--output=jsonpath={range .items[?(@.status.phase!="Ready")]}{.metadata.name}{" "}{end}',
    );
  await eventually(async () => expect(await notReady()).toBe(''), { within: 20_000 });
});
