import { randomBytes } from 'node:crypto';
import { CONFIRM_DELETION } from '../../../lab/names.ts';
import { aClaim, aSeat, aWorkshop } from '../testing/objects.ts';
import { Actions } from './actions.ts';
import type { Action, LinkAnswer } from './contract.ts';
import { handOutSeat, HAND_OUT, HAND_OUT_MS, useHandOut } from './hand-out.ts';
import { BoardApi } from './testing/board-api.ts';
import { Writer } from './writer.ts';

const now = Date.parse('2026-11-30T10:00:00Z');
const at = '2026-11-30T10:00:00Z';
const secret = randomBytes(32);
const ada = aClaim('a'.repeat(64), 'Ada');
const asked = { workshop: 'otel', by: 'Grace', portalUrl: 'http://class.example.com', now };

let api: BoardApi;
let actions: Actions;

function start(workshop = aWorkshop(3), ...seats: Parameters<typeof aSeat>[]): void {
  const all = [aSeat('1', { claim: ada }), aSeat('2'), ...seats.map((options) => aSeat(...options))];
  api = new BoardApi([workshop, aWorkshop(1, {}, 'other')], [...all, aSeat('1', { workshop: 'other' })]);
  const { classes } = api;
  actions = new Actions({
    api: api.api,
    classes,
    writer: new Writer({ api: api.api, classes }),
    secret: () => secret,
    instance: 'portal-0',
  });
}

beforeEach(() => start());

const run = (action: Action, by = 'Grace') => actions.run(action, { ...asked, by });
const specOf = (name: string) => api.seat(name).spec;

describe('help', () => {
  const help = { text: 'I am stuck', at: '2026-11-30T09:58:00Z' };
  beforeEach(() => void api.seats.change('otel-1', { help }));

  test('is taken by one instructor, and resolved', async () => {
    await run({ action: 'take', seat: 'otel-1' });
    await run({ action: 'take', seat: 'otel-1' });
    expect(specOf('otel-1').help).toEqual({ ...help, takenBy: 'Grace', takenAt: at });
    await expect(run({ action: 'take', seat: 'otel-1' }, 'Edsger')).rejects.toThrow('found that Grace has');
    await run({ action: 'take', seat: 'otel-1', from: 'Grace' }, 'Edsger');
    expect(specOf('otel-1').help?.takenBy).toBe('Edsger');
    await expect(run({ action: 'take', seat: 'otel-1', from: 'Grace' }, 'Ada')).rejects.toThrow(
      'found that Edsger has',
    );
    await run({ action: 'resolve', seat: 'otel-1' }, 'Edsger');
    expect(specOf('otel-1').help).toBeUndefined();
    await expect(run({ action: 'take', seat: 'otel-1' })).rejects.toThrow('found none: it was resolved or withdrawn');
  });

  test('is not brought back by a take that comes after it was withdrawn', async () => {
    let isFirst = true;
    api.seats.onRequest = (method) => {
      if (method === 'patch' && isFirst) api.seats.change('otel-1', { help: undefined } as never);
      isFirst = false;
      return Promise.resolve();
    };
    await expect(run({ action: 'take', seat: 'otel-1' })).rejects.toThrow('found none');
    expect(specOf('otel-1').help).toBeUndefined();
  });
});

test('sends a hint to one, and to all', async () => {
  await run({ action: 'hint', seat: 'otel-1', text: 'End the span.' });
  await run({ action: 'hint', text: 'Five minutes left.' });
  expect(specOf('otel-1').hint).toEqual({ text: 'End the span.', by: 'Grace', at });
  expect(api.workshop().spec.announcement).toEqual({ text: 'Five minutes left.', by: 'Grace', at });
  expect(api.deeds).toEqual([
    'HintSent on otel-1: The instructor Grace sent a hint to the seat.',
    'HintSent on otel: The instructor Grace sent a hint to all.',
  ]);
});

test.each<[Action, object, string]>([
  [{ action: 'stop', seat: 'otel-1' }, { replicas: 0 }, 'SeatStopped'],
  [{ action: 'start', seat: 'otel-1' }, { replicas: 1 }, 'SeatStarted'],
  [{ action: 'lookIn', seat: 'otel-1' }, { visit: { by: 'Grace', at } }, 'VisitBegan'],
])('does %j', async (action, spec, reason) => {
  await run(action);
  expect(specOf('otel-1')).toMatchObject(spec);
  expect(api.events).toMatchObject([{ reason, involvedObject: { kind: 'Seat', name: 'otel-1', uid: 'uid-otel-1' } }]);
});

test.each<[Action, object]>([
  [
    { action: 'faults', names: ['spike', 'timeouts'] },
    { metadata: { labels: { 'intro-otel.dev/faults': 'spike.timeouts' } } },
  ],
  [{ action: 'faults', names: [] }, { metadata: { labels: { 'intro-otel.dev/faults': 'none' } } }],
  [{ action: 'pause', paused: true }, { spec: { rollout: { paused: true } } }],
  [{ action: 'addSeat' }, { spec: { seats: 4 } }],
  [{ action: 'poll', id: 'til', question: 'TIL?' }, { spec: { poll: { id: 'til', question: 'TIL?', at } } }],
  [{ action: 'end' }, { spec: { schedule: { expiresAt: at } } }],
])('does %j', async (action, changed) => {
  await run(action);
  expect(api.workshop()).toMatchObject(changed);
  expect(api.events).toMatchObject([{ involvedObject: { kind: 'Workshop', name: 'otel', uid: 'uid-otel' } }]);
});

test('resets a seat, but not one of the same name that was made since', async () => {
  await run({ action: 'reset', seat: 'otel-1' });
  expect(api.deleted).toEqual([{ name: 'otel-1', uid: 'uid-otel-1' }]);
  expect(api.deeds).toEqual(['SeatReset on otel-1: The instructor Grace reset the seat.']);
});

test('frees a seat with all that was said to and by its person', async () => {
  api.seats.change('otel-1', { help: { at }, hint: { text: 'x', by: 'Grace', at }, visit: { by: 'Grace', at } });
  await run({ action: 'free', seat: 'otel-1' });
  const { claim, help, hint, visit } = specOf('otel-1');
  expect([claim, help, hint, visit]).toEqual([undefined, undefined, undefined, undefined]);
  await expect(run({ action: 'free', seat: 'otel-1' })).rejects.toMatchObject({ status: 409 });
});

describe('moving a person', () => {
  test('takes the claim and the request for help along', async () => {
    api.seats.change('otel-1', { help: { at }, hint: { text: 'x', by: 'Grace', at } });
    await run({ action: 'move', seat: 'otel-1', to: 'otel-2' });
    expect([specOf('otel-2').claim, specOf('otel-2').help, specOf('otel-2').hint]).toEqual([ada, { at }, undefined]);
    expect([specOf('otel-1').claim, specOf('otel-1').hint]).toEqual([undefined, undefined]);
    expect(api.classes.holderOf(ada.id)?.metadata.name).toBe('otel-2');
  });

  test('never puts two people into one seat', async () => {
    api.seats.onRequest = () => {
      api.seats.onRequest = () => Promise.resolve();
      api.seats.change('otel-2', { claim: aClaim('b'.repeat(64), 'Bo') });
      return Promise.resolve();
    };
    await expect(run({ action: 'move', seat: 'otel-1', to: 'otel-2' })).rejects.toThrow('found somebody in it');
    expect([specOf('otel-1').claim?.name, specOf('otel-2').claim?.name]).toEqual(['Ada', 'Bo']);
  });

  test.each([
    ['a seat of another class', 'other-1', 'expected a seat of otel'],
    ['a seat that is not there', 'otel-9', 'found none called otel-9'],
    ['the same seat', 'otel-1', 'found somebody in it'],
  ])('refuses %s', async (_title, to, text) => {
    await expect(run({ action: 'move', seat: 'otel-1', to })).rejects.toThrow(text);
    expect(api.patches).toEqual([]);
  });

  test('refuses a class with a list of names', async () => {
    start(aWorkshop(['1', '2']));
    await expect(run({ action: 'move', seat: 'otel-1', to: 'otel-2' })).rejects.toThrow('found a list of names');
  });
});

describe('a link', () => {
  const tokenOf = async (): Promise<string> => {
    const { url } = (await run({ action: 'link', seat: 'otel-1' })) as LinkAnswer;
    return url.slice(`http://class.example.com${HAND_OUT}`.length);
  };
  const use = (token: string, time = now, key = secret) =>
    useHandOut(token, {
      writer: new Writer({ api: api.api, classes: api.classes }),
      classes: api.classes,
      secret: key,
      now: time,
    });

  test('works once, and leaves the person the same claim', async () => {
    const [token, other] = [await tokenOf(), await tokenOf()];
    expect(handOutSeat(token, api.classes, secret, now)?.metadata.name).toBe('otel-1');
    expect(api.patches).toEqual([]);
    const seat = await use(token);
    expect(seat?.spec.claim).toEqual({ ...ada, at: '2026-11-29T09:00:01Z' });
    expect([await use(token), await use(other)]).toEqual([undefined, undefined]);
  });

  test('works once also if two people use it at the same time', async () => {
    const token = await tokenOf();
    const seats = await Promise.all([use(token), use(token)]);
    expect(seats.filter((seat) => seat !== undefined)).toHaveLength(1);
  });

  test('works although the operator writes a status at the same time', async () => {
    const token = await tokenOf();
    api.seats.onRequest = () => {
      api.seats.onRequest = () => Promise.resolve();
      api.seats.setPhase('otel-1', 'Failed');
      return Promise.resolve();
    };
    expect(await use(token)).toBeDefined();
  });

  test('ends after ten minutes, when the seat is freed, and with another key', async () => {
    const token = await tokenOf();
    expect(await use(token, now + HAND_OUT_MS)).toBeUndefined();
    expect(await use(token, now, randomBytes(32))).toBeUndefined();
    expect(await use(`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`)).toBeUndefined();
    const [id, exp, signature] = token.split('.');
    expect(await use(`${id}.${Number(exp) + 600}.${signature}`)).toBeUndefined();
    await run({ action: 'free', seat: 'otel-1' });
    expect(await use(token)).toBeUndefined();
  });

  test('is only for a seat that somebody has', async () => {
    await expect(run({ action: 'link', seat: 'otel-2' })).rejects.toThrow('found none');
  });

  test('is not in the Event', async () => {
    const token = await tokenOf();
    expect(JSON.stringify(api.events)).not.toContain(token.split('.')[2]);
  });
});

describe('looking in', () => {
  test('is refused while somebody else looks in', async () => {
    await run({ action: 'lookIn', seat: 'otel-1' });
    await expect(run({ action: 'lookIn', seat: 'otel-1' }, 'Edsger')).rejects.toThrow('found Grace');
    await expect(run({ action: 'endVisit', seat: 'otel-1' }, 'Edsger')).rejects.toThrow('Grace looks in now');
    await run({ action: 'endVisit', seat: 'otel-1' });
    expect(specOf('otel-1').visit).toBeUndefined();
  });

  test('asks the learner once, and a new visit begins without what was granted', async () => {
    await expect(run({ action: 'askTakeover', seat: 'otel-1' })).rejects.toThrow('Look in first');
    await run({ action: 'lookIn', seat: 'otel-1' });
    await run({ action: 'askTakeover', seat: 'otel-1' });
    expect(specOf('otel-1').visit).toEqual({ by: 'Grace', at, takeover: 'asked' });
    api.seats.change('otel-1', { visit: { by: 'Grace', at, takeover: 'granted' } });
    await run({ action: 'askTakeover', seat: 'otel-1' });
    expect(specOf('otel-1').visit?.takeover).toBe('granted');
    await actions.run({ action: 'lookIn', seat: 'otel-1' }, { ...asked, now: now + 100_000 });
    expect(specOf('otel-1').visit).toEqual({ by: 'Grace', at: '2026-11-30T10:01:40Z' });
  });

  test('can ask nobody in an empty seat', async () => {
    await run({ action: 'lookIn', seat: 'otel-2' });
    await expect(run({ action: 'askTakeover', seat: 'otel-2' })).rejects.toThrow('nobody in this seat');
  });
});

describe('the schedule', () => {
  const schedule = (startsAt: string | undefined, expiresAt: string | undefined) =>
    start(aWorkshop(3, { schedule: { ...(startsAt && { startsAt }), ...(expiresAt && { expiresAt }) } }));
  const end = () => api.workshop().spec.schedule?.expiresAt;

  test('is extended from the end, or from now if the class is over', async () => {
    schedule(undefined, '2026-11-30T11:00:00Z');
    await run({ action: 'extend', minutes: 30 });
    expect(end()).toBe('2026-11-30T11:30:00Z');
    schedule(undefined, '2026-11-30T09:00:00Z');
    await run({ action: 'extend', minutes: 30 });
    expect(end()).toBe('2026-11-30T10:30:00Z');
  });

  test('is not extended without an end, and ends no class before it starts', async () => {
    await expect(run({ action: 'extend', minutes: 30 })).rejects.toThrow('found none');
    schedule('2026-11-30T10:30:00Z', undefined);
    await expect(run({ action: 'end' })).rejects.toThrow('found one that has not');
  });

  test('confirms that the operator deletes the seats, if it shall delete them at the end', async () => {
    await run({ action: 'end' });
    expect(JSON.stringify(api.patches)).not.toContain(CONFIRM_DELETION);
    start(aWorkshop(3, { schedule: { afterExpiry: 'Delete' } }));
    await run({ action: 'end' });
    expect(api.patches).toMatchObject([{ metadata: { annotations: { [CONFIRM_DELETION]: at } } }]);
    expect(end()).toBe(at);
  });

  test.each<Action>([
    { action: 'hint', text: 'x' },
    { action: 'hint', seat: 'otel-1', text: 'x' },
    { action: 'poll', id: 'til', question: 'TIL?' },
  ])('takes no %j once the portal keeps nothing of it', async (action) => {
    schedule(undefined, '2026-11-30T09:00:01Z');
    await run(action);
    schedule(undefined, '2026-11-30T09:00:00Z');
    await expect(run(action)).rejects.toThrow('found one that has ended. Extend it first.');
  });

  test('does not move the end of a class that is over', async () => {
    schedule(undefined, '2026-11-30T09:00:00Z');
    await run({ action: 'end' });
    expect(end()).toBe('2026-11-30T09:00:00Z');
  });
});

test('adds a person to a class with names behind the others', async () => {
  start(aWorkshop(['ada', 'zoe-l']));
  expect(await run({ action: 'addSeat', name: 'Zoë  L.' })).toEqual({ attendee: 'zoe-l-2' });
  expect(await run({ action: 'addSeat', name: '<b>' })).toEqual({ attendee: 'b' });
  expect(await run({ action: 'addSeat', name: '李' })).toEqual({ attendee: 'guest' });
  expect(api.workshop().spec.attendees).toEqual([
    { name: 'ada' },
    { name: 'zoe-l' },
    { name: 'zoe-l-2', displayName: 'Zoë  L.' },
    { name: 'b', displayName: '<b>' },
    { name: 'guest', displayName: '李' },
  ]);
  await expect(run({ action: 'addSeat', name: '李' })).rejects.toThrow('has 李 already');
  await expect(run({ action: 'addSeat' })).rejects.toThrow('has a list of names');
});

test('opens a poll in place of another, and closes it', async () => {
  await run({ action: 'poll', id: 'first', question: 'First?', options: ['a', 'b'] });
  await run({ action: 'poll', id: 'second', question: 'Second?' });
  expect(api.workshop().spec.poll).toEqual({ id: 'second', question: 'Second?', at });
  await expect(run({ action: 'poll', id: 'second', question: 'Again?' })).rejects.toThrow('Close it first');
  await run({ action: 'closePoll' });
  expect(api.workshop().spec.poll).toBeUndefined();
});

test('knows no seat of another class, and no class that is not there', async () => {
  for (const action of ['take', 'reset', 'free', 'link', 'lookIn'] as const)
    await expect(run({ action, seat: 'other-1' })).rejects.toMatchObject({ status: 404 });
  await expect(actions.run({ action: 'end' }, { ...asked, workshop: 'none' })).rejects.toMatchObject({ status: 404 });
  expect([api.patches, api.deleted, api.events]).toEqual([[], [], []]);
});
