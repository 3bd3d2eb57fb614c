import { ClassEnds } from './class-end.ts';
import { BoardApi } from './board/testing/board-api.ts';
import { aClaim, aSeat, aWorkshop } from './testing/objects.ts';

const END = '2026-11-30T17:00:00Z';
const at = '2026-11-30T16:00:00Z';
const MINUTE = 60_000;
/** A time so many minutes after the end. */
const after = (minutes: number): number => Date.parse(END) + minutes * MINUTE;

const said = { help: { at, text: 'Where?' }, hint: { at, by: 'Grace', text: 'There.' }, visit: { at, by: 'Grace' } };
const spec = {
  announcement: { at, by: 'Grace', text: 'Look.' },
  poll: { id: 'til', question: 'TIL?', at },
  schedule: { expiresAt: END },
};

let api: BoardApi;
let ends: ClassEnds;
let removed: string[];

beforeEach(async () => {
  const seats = [
    aSeat('1', { claim: aClaim('a'), spec: said }),
    aSeat('2'),
    aSeat('1', { workshop: 'next', spec: said }),
  ];
  api = new BoardApi([aWorkshop(2, spec), aWorkshop(1, { ...spec, schedule: {} }, 'next')], seats);
  removed = [];
  const remove = ({ metadata: { name } }: { metadata: { name: string } }) => Promise.resolve(void removed.push(name));
  ends = new ClassEnds({ api: api.api, classes: api.classes, polls: { remove } });
  await ends.look(after(0));
});

test('keeps what people said until an hour after the end', async () => {
  await ends.look(after(59));
  expect([api.patches, removed]).toEqual([[], []]);
});

test('deletes then what people said in this class, and keeps who has which seat', async () => {
  await ends.look(after(60));
  expect(removed).toEqual(['otel']);
  const { schedule, seats } = api.workshop().spec;
  expect(api.workshop().spec).toEqual({ schedule, seats });
  expect(api.seat('otel-1').spec).toEqual(aSeat('1', { claim: aClaim('a') }).spec);
  expect(api.seat('next-1').spec).toMatchObject(said);
  expect(api.workshop('next').spec).toMatchObject({ poll: spec.poll });
});

test('writes nothing where nothing is left', async () => {
  await ends.look(after(60));
  const written = api.patches.length;
  await ends.look(after(61));
  expect([written, api.patches.length]).toEqual([2, 2]);
});

test('deletes nothing at once if somebody sets an end in the past by mistake', async () => {
  api.seats.changeClass('otel', { schedule: { expiresAt: '2025-11-30T17:00:00Z' } });
  await ends.look(after(61));
  await ends.look(after(120));
  expect([api.patches, removed]).toEqual([[], []]);
  await ends.look(after(121));
  expect(removed).toEqual(['otel']);
});

test('deletes nothing if somebody extends the class at that moment, and tries again after a failure', async () => {
  const { mergePatch } = api.api;
  const fail = { ...api.api, mergePatch: () => Promise.reject(new TypeError('connect ECONNREFUSED')) };
  const warned: string[] = [];
  const log = { warn: (_fields: object, message: string) => void warned.push(message) };
  const polls = { remove: () => Promise.resolve(void removed.push('failing')) };
  const failing = new ClassEnds({ api: fail, classes: api.classes, polls, log });
  await failing.look(after(0));
  await failing.look(after(60));
  expect([removed, warned.length]).toEqual([[], 1]);
  fail.mergePatch = mergePatch as never;
  api.seats.changeClass('otel', { schedule: { expiresAt: '2026-11-30T19:00:00Z' } });
  await failing.look(after(61));
  expect([removed, api.patches]).toEqual([[], []]);
});
