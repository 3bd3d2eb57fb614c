// Tests what an instructor does with kubectl alone: add and remove attendees, change all labs, pause, reset, stop and
// start a seat, extend and end the Workshop. All other seats must stay unchanged.
import { NAMES, RELEASE } from '../../operator/api/types.ts';
import type { Seat } from '../../operator/api/types.ts';
import { isInFlight } from '../../operator/workshop/seats.ts';
import { apiGet, kubectl } from '../support/cluster/cluster.ts';
import {
  allReady,
  applyWorkshop,
  conditionText,
  gone,
  keepWorkshopEvidence,
  labOf,
  namespacesOf,
  operator,
  patchWorkshop,
  quietSpec,
  seatBecomes,
  seatNow,
  seatsOf,
  useWorkshop,
  workshopBecomes,
  workshopNow,
} from '../support/cluster/workshop.ts';
import { useBackground } from '../support/background.ts';
import { OWN_HEADERS } from '../support/cluster/guide.ts';
import { chart } from '../support/cluster/lab.ts';
import { always, eventually } from '../../support/waiting.ts';

const { seats, workshop, attendees } = useWorkshop();
const [first, second] = seats;

afterAll(keepWorkshopEvidence, 60_000);
const inBackground = useBackground();

/** Returns the uids of the seats' namespaces and pods. They stay the same if nothing touches the seats. */
async function tracesOf(names: readonly string[]): Promise<Record<string, string>> {
  const all = await Promise.all(
    names.map(async (name) => [name, JSON.stringify([await namespaceUid(name), await labOf(name).podUids()])] as const),
  );
  return Object.fromEntries(all);
}

async function namespaceUid(name: string): Promise<string> {
  return (await apiGet<{ metadata: { uid: string } }>(`/api/v1/namespaces/${name}`)).metadata.uid;
}

describe('adding and removing an attendee', () => {
  const late = 'latecomer';
  const theirs = `${workshop}-${late}`;
  let others: Record<string, string>;

  beforeAll(async () => {
    others = await tracesOf(seats);
    await patchWorkshop(workshop, { attendees: [...attendees, { name: late }] });
  });

  test('an attendee who is added to a running Workshop gets a seat', async () => {
    await allReady(workshop, seats.length + 1, 120_000);
    await labOf(theirs).settled(1);
  }, 180_000);

  test('adding an attendee does not change the other seats', async () => {
    expect(await tracesOf(seats)).toEqual(others);
  });

  test('an attendee is removed with all their objects, while the other seats stay', async () => {
    await patchWorkshop(workshop, { attendees });
    await eventually(async () => expect((await namespacesOf(workshop)).sort()).toEqual([...seats].sort()), {
      within: 60_000,
      every: 1000,
    });
    await eventually(async () =>
      expect((await seatsOf(workshop)).map(({ metadata }) => metadata.name).sort()).toEqual([...seats].sort()),
    );
    await allReady(workshop, seats.length, 30_000);
    expect(await tracesOf(seats)).toEqual(others);
  });
});

describe("changing a Workshop's spec.lab", () => {
  const mine = "\napp.get('/mine', (request, response) => { response.send('mine'); });\n\napp.listen(";
  const changed = { ...quietSpec.lab, arcade: { budgetMs: 9_000 }, dice: { env: { CHANGED: 'yes' } } };

  beforeAll(async () => {
    const lab = labOf(first);
    await lab.editDice((await lab.diceSource()).replace('\napp.listen(', mine));
    await lab.rolledOut('dice');
    await patchWorkshop(workshop, { rollout: { paused: true }, lab: changed });
  }, 60_000);

  test('a change of spec.lab waits while the Workshop is paused', async () => {
    await workshopBecomes(workshop, 'Progressing', /Paused/);
    const revisions = async (): Promise<string[]> => (await seatsOf(workshop)).map(({ spec }) => spec.revision);
    const before = await revisions();
    await always(async () => expect(await revisions()).toEqual(before), { during: 2_000, every: 500 });
  });

  test('a change of spec.lab reaches every seat when the rollout goes on', async () => {
    await patchWorkshop(workshop, { rollout: { paused: false } });
    await allReady(workshop, seats.length, 60_000);
    const budgets = (await seatsOf(workshop)).map(({ spec }) => spec.lab?.arcade?.budgetMs);
    expect(budgets).toEqual(seats.map(() => 9_000));
  }, 90_000);

  test("a change of spec.lab keeps an attendee's own code running", async () => {
    expect(await labOf(first).diceSource()).toContain("app.get('/mine'");
    await eventually(async () => expect(await labOf(first).text('dice', '/mine')).toBe('mine'));
    expect(
      await labOf(first).kubectl(
        'get',
        `deployment/${RELEASE}-dice`,
        '--output=jsonpath={..env[?(@.name=="CHANGED")].value}',
      ),
    ).toBe('yes');
  });
});

// Another pull policy makes the operator render other labs, as the images of another release do.
describe('upgrading the release', () => {
  const policies = '{range .items[*]}{.spec.containers[0].imagePullPolicy}{" "}{end}';
  const isUpgraded = ({ spec }: Seat): boolean => spec.lab?.image?.pullPolicy === 'Never';
  const progressNow = async (): Promise<string | undefined> => (await seatNow(first)).status?.progress;
  let progress: string | undefined;
  let atATime = 0;

  beforeAll(async () => {
    const init = { method: 'POST', headers: OWN_HEADERS, body: '{}' };
    await labOf(first).text('guide', '/api/course/01-set-up/start', init);
    await labOf(first).text('guide', '/api/course/01-set-up/check', init);
    await eventually(async () => expect(await progressNow()).toMatch(/^[1-9]/));
    progress = await progressNow();
    await patchWorkshop(workshop, { rollout: { maxConcurrent: 1 } });
    const set = ['--reset-then-reuse-values', '--set', 'image.pullPolicy=Never'];
    await operator.helm(['upgrade', operator.release, chart, ...set]);
  }, 90_000);

  test('changes one seat at a time with maxConcurrent 1, and all in the end', async () => {
    const look = async (): Promise<void> => {
      const all = await seatsOf(workshop);
      const inFlight = all.filter(isInFlight);
      atATime = Math.max(atATime, inFlight.length);
      expect([all.filter(isUpgraded).length, inFlight.length]).toEqual([seats.length, 0]);
    };
    await eventually(look, { within: 150_000, every: 200 });
    expect(atATime).toBe(1);
    await allReady(workshop, seats.length, 30_000);
  }, 200_000);

  test('replaces every pod of a seat', async () => {
    await labOf(first).settled();
    const found = (await labOf(first).kubectl('get', 'pods', `--output=jsonpath=${policies}`)).trim().split(' ');
    expect(new Set(found)).toEqual(new Set(['Never']));
  });

  test("keeps an attendee's code and progress", async () => {
    await eventually(async () => expect(await labOf(first).text('dice', '/mine')).toBe('mine'));
    await eventually(async () => expect(await progressNow()).toBe(progress));
  });
});

describe('resetting a seat', () => {
  let others: Record<string, string>;
  let before: { namespace: string; seat: string };

  beforeAll(async () => {
    const rest = seats.filter((name) => name !== first);
    others = await tracesOf(rest);
    before = { namespace: await namespaceUid(first), seat: (await seatNow(first)).metadata.uid ?? '' };
    await kubectl('delete', 'seat', first, '--timeout=60s');
  }, 90_000);

  test("a reset replaces the seat's namespace with a new namespace", async () => {
    await eventually(async () => expect(await namespaceUid(first)).not.toBe(before.namespace), { within: 60_000 });
    await allReady(workshop, seats.length, 120_000);
    expect((await seatNow(first)).metadata.uid).not.toBe(before.seat);
    await labOf(first).settled(1);
  }, 200_000);

  test("a reset restores the Workshop's original code of dice", async () => {
    expect(await labOf(first).diceSource()).not.toContain("app.get('/mine'");
    expect(await labOf(first).diceSource()).toBe(await labOf(second).diceSource());
  });

  test('a reset creates a new kubeconfig for the seat', async () => {
    await eventually(async () =>
      expect(await kubectl('get', 'secret', NAMES.kubeconfig, '--namespace', first, '--output=name')).not.toBe(''),
    );
  });

  test('a reset of one seat does not change the other seats', async () => {
    expect(await tracesOf(Object.keys(others))).toEqual(others);
  });
});

// This Workshop of one has nothing to do with the others, so its tests run while the others wait.
describe('the schedule of a Workshop', () => {
  const short = 'class-short';
  const seat = `${short}-ada`;
  const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();

  afterAll(() => kubectl('delete', 'workshop', short, '--ignore-not-found', '--timeout=60s'), 90_000);

  const replicas = async (): Promise<string> =>
    [
      ...new Set(
        (await kubectl('get', 'deployments', '--namespace', seat, '--output=jsonpath={.items[*].spec.replicas}')).split(
          ' ',
        ),
      ),
    ].join();

  inBackground('a Workshop creates no seats before its start', async () => {
    await applyWorkshop(short, {
      attendees: [{ name: 'ada' }],
      lab: quietSpec.lab ?? {},
      schedule: { startsAt: inSeconds(3600), expiresAt: inSeconds(7200), afterExpiry: 'Stop' },
    });
    await workshopBecomes(short, 'ImagesReady', /^True /);
    expect(conditionText(await workshopBecomes(short, 'Ready', /^False /), 'Ready')).toMatch(/Scheduled|starts/i);
    expect(await seatsOf(short)).toEqual([]);
  });

  inBackground('a Workshop warns of its end in an Event', async () => {
    await patchWorkshop(short, { schedule: { startsAt: null, expiresAt: inSeconds(240) } });
    await eventually(async () => {
      const events = await kubectl(
        'get',
        'events',
        '--all-namespaces',
        '--field-selector',
        `involvedObject.kind=Workshop,involvedObject.name=${short}`,
        '--output=jsonpath={range .items[*]}{.reason}: {.message}{"\\n"}{end}',
      );
      expect(events).toMatch(/expire|end/i);
    });
    await eventually(async () => expect(await replicas()).toMatch(/^1/));
  });

  inBackground('a Workshop with afterExpiry Stop stops its seats at its end', async () => {
    await patchWorkshop(short, { schedule: { expiresAt: inSeconds(-1) } });
    await seatBecomes(seat, 'Ready', /^False Stopped/);
    expect(await replicas()).toBe('0');
  });

  inBackground('a Workshop starts its seats again when its end is moved to a later time', async () => {
    await patchWorkshop(short, { schedule: { expiresAt: inSeconds(7200) } });
    await eventually(async () => expect(await replicas()).toMatch(/^1/));
    await eventually(async () => expect((await seatNow(seat)).status?.phase).not.toBe('Stopped'));
  });

  inBackground(
    'a Workshop with an end in the past deletes its seats only after a confirmation, but not itself',
    async () => {
      const end = inSeconds(-1);
      await patchWorkshop(short, { schedule: { expiresAt: end, afterExpiry: 'Delete' } });
      await workshopBecomes(short, 'Progressing', /^False DeletionUnconfirmed/);
      expect(await namespacesOf(short)).toEqual([seat]);
      await kubectl('annotate', 'workshop', short, `intro-otel.dev/confirm-deletion=${end}`);
      await eventually(async () => expect([await namespacesOf(short), await seatsOf(short)]).toEqual([[], []]), {
        within: 60_000,
        every: 1000,
      });
      expect(conditionText(await workshopBecomes(short, 'Ready', /^False /), 'Ready')).toMatch(/Expired/);
      expect((await workshopNow(short)).status?.record).toMatchObject([{ name: 'ada' }]);
    },
  );

  inBackground('a Workshop is removed with all its seats by kubectl delete', async () => {
    await kubectl('delete', 'workshop', short, '--timeout=30s');
    await gone(short);
  });
});
