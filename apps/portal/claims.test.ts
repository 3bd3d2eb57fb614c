import { eventually } from '../../support/waiting.ts';
import { Claims } from './claims.ts';
import type { Person } from './claims.ts';
import { aSeat, aWorkshop } from './testing/objects.ts';
import { SeatApi } from './testing/seat-api.ts';

const SOON = { within: 2_000, every: 10 };

const people = Buffer.alloc(32, 1);
const person = (claimId: string, name = claimId): Person => ({ claimId, name });

function replicas(seats: number, ...lags: number[]) {
  const workshop = aWorkshop(seats);
  const names = Array.from({ length: seats }, (_, index) => `seat-${index}`);
  const api = new SeatApi(
    [workshop],
    names.map((name) => aSeat(name)),
  );
  const options = { api, people: () => people, freeAfter: 30 };
  return { api, workshop, claims: lags.map((lag) => new Claims({ ...options, classes: api.watch(lag) })) };
}

const seatOf = (result: Awaited<ReturnType<Claims['claim']>>): string =>
  result.outcome === 'seated' ? result.seat.metadata.name : result.outcome;

const claimedIn = (api: SeatApi): string[] => [...api.seats.values()].flatMap(({ spec }) => spec.claim?.name ?? []);

describe('a claim', () => {
  test('gives the same seat to the same claim id again, also through another replica', async () => {
    const { api, workshop, claims } = replicas(3, 0, 0);
    const seats = [];
    for (const replica of [...claims, ...claims]) seats.push(seatOf(await replica.claim(workshop, person('a'))));
    expect(new Set(seats).size).toBe(1);
    expect(claimedIn(api)).toEqual(['a']);
  });

  test('gives each of 60 people one seat, and no seat to two, with two replicas whose watches lag', async () => {
    const { api, workshop, claims } = replicas(60, 5, 20);
    const names = Array.from({ length: 60 }, (_, index) => `p${index}`);
    const [even, odd] = claims as [Claims, Claims];
    const results = await Promise.all(
      names.map((name, index) => (index % 2 === 0 ? even : odd).claim(workshop, person(name))),
    );
    expect(new Set(results.map(seatOf)).size).toBe(60);
    expect(claimedIn(api).sort()).toEqual([...names].sort());
  });

  test('keeps the first of two seats with one claim, and frees the other one after a while', async () => {
    const { api, workshop, claims } = replicas(3, 0);
    const first = seatOf((await claims[0]?.claim(workshop, person('a'))) ?? { outcome: 'none' });
    const claim = api.seats.get(first)?.spec.claim;
    const other = [...api.seats.keys()].find((name) => name !== first) ?? '';
    api.change(other, claim ? { claim } : {});
    expect(claimedIn(api)).toEqual(['a', 'a']);
    await eventually(() => expect(claimedIn(api)).toEqual(['a']), SOON);
    expect(api.seats.get(first)?.spec.claim).toEqual(claim);
  });

  test('looks for another seat when somebody else was faster', async () => {
    const { api, workshop, claims } = replicas(2, 0, 50);
    const [quick, slow] = claims;
    await quick?.claim(workshop, person('a'));
    const seat = seatOf((await slow?.claim(workshop, person('b'))) ?? { outcome: 'none' });
    expect(api.seats.get(seat)?.spec.claim?.name).toBe('b');
    expect(claimedIn(api).sort()).toEqual(['a', 'b']);
  });

  test('gets the seat that was written when its answer was lost', async () => {
    const { api, workshop, claims } = replicas(3, 0);
    api.onWritten = () => Promise.reject(new Error('the connection broke'));
    await expect(claims[0]?.claim(workshop, person('a'))).rejects.toThrow('broke');
    api.onWritten = () => Promise.resolve();
    await claims[0]?.claim(workshop, person('a'));
    expect(claimedIn(api)).toEqual(['a']);
  });

  test('says that no seat is free when all are taken', async () => {
    const { workshop, claims } = replicas(1, 0);
    await claims[0]?.claim(workshop, person('a'));
    expect(await claims[0]?.claim(workshop, person('b'))).toEqual({ outcome: 'none' });
  });

  test("gives an attendee's seat to the first who asks for it only", async () => {
    const workshop = aWorkshop(['ada', 'bob']);
    const api = new SeatApi([workshop], [aSeat('ada', { phase: 'Provisioning' }), aSeat('bob')]);
    const claims = new Claims({ api, classes: api.watch(), people: () => people });
    const ada = { ...person('1', 'Ada'), attendee: 'ada' };
    expect(seatOf(await claims.claim(workshop, ada))).toBe('otel-ada');
    expect(await claims.claim(workshop, { ...ada, claimId: '2' })).toEqual({ outcome: 'taken' });
    expect(seatOf(await claims.claim(workshop, ada))).toBe('otel-ada');
  });

  test('settles without the watch after a while', async () => {
    const { api, workshop } = replicas(2, 0);
    const classes = api.watch(60_000);
    const claims = new Claims({ api, classes, people: () => people, patience: 10 });
    const seat = seatOf(await claims.claim(workshop, person('a')));
    expect(classes.seats.get(seat)?.spec.claim?.name).toBe('a');
  });
});
