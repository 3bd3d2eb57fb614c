import { Classes } from './classes.ts';
import { aClaim, aSeat, aWorkshop, CODE } from './testing/objects.ts';

const at = (attendee: string, version: number, claim?: string) => {
  const seat = aSeat(attendee, claim === undefined ? {} : { claim: aClaim(claim) });
  return { ...seat, metadata: { ...seat.metadata, resourceVersion: String(version) } };
};
const holder = (classes: Classes): string | undefined => classes.holderOf('a')?.spec.attendee;

test('finds a class by its code in capital letters and with spaces, and none by another text', () => {
  const classes = new Classes();
  classes.workshops.upsert(aWorkshop());
  expect(classes.byCode(` ${CODE.toUpperCase()} `)?.metadata.name).toBe('otel');
  for (const code of ['', 'abc', 'abc235', `${CODE}2`, '__proto__', 'abc23o'])
    expect(classes.byCode(code)).toBeUndefined();
});

test('names the seat that had a claim first, until that seat loses it', () => {
  const classes = new Classes();
  classes.seats.upsert(at('1', 1, 'a'));
  classes.seats.upsert(at('2', 2, 'a'));
  expect(holder(classes)).toBe('1');
  classes.seats.upsert(at('1', 3));
  expect(holder(classes)).toBe('2');
  classes.seats.forget('otel-2');
  expect(holder(classes)).toBeUndefined();
});

test('keeps the newest version of a seat, whatever arrives later', () => {
  const classes = new Classes();
  classes.seats.upsert(at('1', 10, 'a'));
  classes.seats.upsert(at('1', 9));
  expect(holder(classes)).toBe('1');
});

test('forgets a seat that a new list lacks, but not one that is newer than the list', () => {
  const classes = new Classes();
  classes.seats.upsert(at('1', 5));
  classes.seats.upsert(at('2', 50));
  const listing = classes.seats.beginListing();
  listing.end('20');
  expect(classes.seats.list().map(({ spec }) => spec.attendee)).toEqual(['2']);
  expect(classes.seats.isListed).toBe(true);
});
