// Tests an attendee who creates two thousand pods: the quota limits them, and the other seats keep working.
import { LABELS, NAMES } from '../../operator/api/types.ts';
import type { Answer } from '../support/cluster/account.ts';
import { useAttendee } from '../support/cluster/attendee.ts';
import { kubectl } from '../support/cluster/cluster.ts';
import { labOf, useWorkshop } from '../support/cluster/workshop.ts';
import { eventually } from '../../support/waiting.ts';
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

const used = (what: 'used' | 'hard'): Promise<string> =>
  kubectl('get', 'resourcequota', NAMES.quota, '--namespace', own, `--output=jsonpath={.status.${what}.pods}`);

// The next files need room in the seat.
afterAll(async () => {
  const selector = `--selector=!${LABELS.partOf}`;
  await kubectl('delete', 'pods', '--namespace', own, selector, '--grace-period=0', '--timeout=60s');
  await eventually(async () => expect(Number(await used('used'))).toBeLessThan(Number(await used('hard'))));
}, 120_000);

/** Plays rounds in the other seats, one after the other, until `done` returns true. @returns the failed rounds */
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

test('admits only as many of 2,000 pods as the quota allows', async () => {
  const refused = answers.filter(({ code }) => code !== 201);
  expect([...new Set(refused.map(({ code }) => code))]).toEqual([403]);
  expect(refused.filter(({ message = '' }) => !message.includes('exceeded quota'))).toEqual([]);
  const { hard, used } = JSON.parse(
    await kubectl('get', 'resourcequota', 'seat', '--namespace', own, '--output=jsonpath={.status}'),
  ) as { hard: Record<string, string>; used: Record<string, string> };
  expect(Number(used['pods'])).toBeLessThanOrEqual(Number(hard['pods']));
  expect(PODS - refused.length).toBeLessThan(Number(hard['pods']));
});

test('names the exceeded quota when the API server refuses a pod', () => {
  expect(answers.at(-1)?.message).toMatch(/exceeded quota: seat, requested: .*, used: .*, limited: /);
});

test('lets no round fail in the other seats while one attendee creates 2,000 pods', async () => {
  expect(await during).toEqual([]);
});

test("removes nothing from the other seats' namespaces, and adds nothing to them", async () => {
  for (const seat of neighbours) {
    const pods = await labOf(seat).pods();
    expect(pods.filter((pod) => !isReady(pod))).toEqual([]);
    expect(
      await kubectl('get', 'pods', '--namespace', seat, '--selector=!app.kubernetes.io/part-of', '--output=name'),
    ).toBe('');
  }
});

test('keeps the Workshop ready although an attendee has tried to create 2,000 pods', async () => {
  const notReady = async (): Promise<string> =>
    kubectl(
      'get',
      'seats',
      '--selector',
      `${LABELS.workshop}`,
      '--output=jsonpath={range .items[?(@.status.phase!="Ready")]}{.metadata.name}{" "}{end}',
    );
  await eventually(async () => expect(await notReady()).toBe(''));
});
