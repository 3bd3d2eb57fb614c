// Tests the admission policies of the portal's account at the real API server: which fields of Seats and Workshops it
// may change, and which ConfigMaps and Events it may write. Nothing is stored, because every write is a dry run.
import { CONFIRM_DELETION, LABELS } from '../../lab/names.ts';
import { eventually } from '../../support/waiting.ts';
import { attributesOf, byName } from '../support/cluster/account.ts';
import type { Answer, Attempt } from '../support/cluster/account.ts';
import { CONFIG_MAPS, SEATS, WORKSHOPS, claimOf, pollLabels } from '../support/cluster/portal-account.ts';
import { portalPolicyObjects, usePortalAccount } from '../support/cluster/portal-account.ts';
import { expectCorrectTypes } from '../support/cluster/policies.ts';
import { forbiddenToPortal, refusedAttendees, refusedSeatChanges, refusedWorkshopChanges } from './refused-portal.ts';

const SEATS_API = '/apis/intro-otel.dev/v1alpha1/seats';
const WORKSHOPS_API = '/apis/intro-otel.dev/v1alpha1/workshops';
const CONFIG_MAPS_API = '/api/v1/namespaces/default/configmaps';
const AT = '2026-11-29T09:00:00Z';

const portal = usePortalAccount();

const send = (method: Attempt['method'], path: string, body?: object): Promise<Answer> =>
  portal().try({ method, path: `${path}?dryRun=All&fieldManager=own`, ...(body && { body }) });

const change = (seat: string, body: object): Promise<Answer> => send('PATCH', `${SEATS_API}/${seat}`, body);

const changeClass = (workshop: string, body: object): Promise<Answer> =>
  send('PATCH', `${WORKSHOPS_API}/${workshop}`, body);

/** Returns what matters of an answer: its code, and the message if the request was refused. */
const brief = ({ code, message = '' }: Answer): [number, string] => [code, message];

const refused = (found: string): [number, unknown] => [422, expect.stringContaining(found)];

beforeAll(async () => {
  const refusals = async (): Promise<void> => {
    const answers = [
      await change(SEATS.free, { spec: { stopped: true } }),
      await changeClass(WORKSHOPS.numbered, { spec: { quota: { pods: 1 } } }),
      await send('DELETE', `${CONFIG_MAPS_API}/${CONFIG_MAPS.other}`),
      await writeEvent({ kind: 'Pod', name: 'any', apiVersion: 'v1' }),
    ];
    expect(answers.map(({ code }) => code)).toEqual([422, 422, 422, 422]);
  };
  await eventually(refusals, { within: 30_000 });
}, 60_000);

test('the API server finds no mistake in the types of the policies', async () => {
  await expectCorrectTypes(portalPolicyObjects(), 4);
});

test.each(refusedSeatChanges)('may not give a Seat %s', async (_, body, found) => {
  expect(brief(await change(SEATS.free, body))).toEqual([422, expect.stringContaining(found)]);
});

test('may claim a free seat, and free a claimed one', async () => {
  expect(brief(await change(SEATS.free, { spec: { claim: claimOf('Ada') } }))).toEqual([200, '']);
  expect(brief(await change(SEATS.claimed, { spec: { claim: null } }))).toEqual([200, '']);
});

test('claims no seat that has changed since it was read', async () => {
  const body = { metadata: { resourceVersion: '1' }, spec: { claim: claimOf('Ada') } };
  expect((await change(SEATS.free, body)).code).toBe(409);
});

test("may not replace a person's claim by another", async () => {
  const answer = await change(SEATS.claimed, { spec: { claim: claimOf('Eve', 'e') } });
  expect(brief(answer)).toEqual([422, expect.stringContaining('remove spec.claim first')]);
});

test.each<[what: string, claim: object]>([
  ['without a key', { ...claimOf('Ada'), key: undefined }],
  ['with a short id', { ...claimOf('Ada'), id: 'a' }],
  ['without a name', claimOf('')],
  ['with a name of 101 characters', claimOf('x'.repeat(101))],
  ['with a name of two lines', claimOf('Ada\nEve')],
  ['with no time', { ...claimOf('Ada'), at: 'now' }],
])('may not write a claim %s', async (_, claim) => {
  expect((await change(SEATS.free, { spec: { claim } })).code).toBe(422);
});

test('may write a name of 100 characters, with emoji and HTML', async () => {
  const name = `<b>Ada</b> 👩🏽‍🔬 ${'日'.repeat(84)}`;
  expect([[...name].length, brief(await change(SEATS.free, { spec: { claim: claimOf(name) } }))]).toEqual([
    100,
    [200, ''],
  ]);
});

test.each(byName(forbiddenToPortal('admission')))('may not %s', async (_, [, method, path, body]) => {
  expect(await portal().may(attributesOf({ method, path }))).toBe(false);
  const { code, reason } = await portal().try({ method, path, ...(body !== undefined && { body }) });
  expect([code, reason]).toEqual([403, 'Forbidden']);
});

const hint = { text: 'Look at line 4.\nIt never ends.', by: 'Nina', at: AT };

test.each<[what: string, spec: object]>([
  ['a request for help', { help: { text: 'Where do I put it?\nHere?', at: AT } }],
  ['a request for help without words', { help: { at: AT } }],
  ['an instructor who is coming', { help: { at: AT, takenBy: 'Nina', takenAt: AT } }],
  ['no request for help', { help: null }],
  ['a hint of 500 characters', { hint: { ...hint, text: '日'.repeat(500) } }],
  ['a visit', { visit: { by: 'Nina', at: AT } }],
  ['a visit that asks to take over', { visit: { by: 'Nina', at: AT, takeover: 'asked' } }],
  ['no visit', { visit: null }],
  ['a stop', { replicas: 0 }],
])('may give a Seat %s', async (_, spec) => {
  expect(brief(await change(SEATS.claimed, { spec }))).toEqual([200, '']);
});

test.each<[what: string, spec: object]>([
  ['a request of 501 characters', { help: { text: 'x'.repeat(501), at: AT } }],
  ['a request with a control character', { help: { text: 'a\u001b[31mb', at: AT } }],
  ['a request without a time', { help: { text: 'Where?' } }],
  ['a hint without a name', { hint: { ...hint, by: '' } }],
  ['a hint by a name of 61 characters', { hint: { ...hint, by: 'x'.repeat(61) } }],
  ['a hint without words', { hint: { ...hint, text: '' } }],
  ['a visit with another right', { visit: { by: 'Nina', at: AT, takeover: 'taken' } }],
  ['two stops', { replicas: -1 }],
])('may not give a Seat %s', async (_, spec) => {
  expect((await change(SEATS.claimed, { spec })).code).toBe(422);
});

test('may reset a Seat', async () => {
  expect((await send('DELETE', `${SEATS_API}/${SEATS.claimed}`)).code).toBe(200);
});

test.each(refusedWorkshopChanges)('may not give a Workshop %s', async (_, body, found) => {
  expect(brief(await changeClass(WORKSHOPS.numbered, body))).toEqual(refused(found));
});

test.each(refusedAttendees)('may not give a Workshop %s', async (_, names) => {
  const body = { spec: { attendees: names.map((name) => ({ name })) } };
  expect(brief(await changeClass(WORKSHOPS.named, body))).toEqual(refused('behind the others only'));
});

const poll = { id: 'first-tool', question: 'What was your first monitoring tool?', at: AT };

test.each<[what: string, body: object]>([
  ['an announcement', { spec: { announcement: hint } }],
  ['no announcement', { spec: { announcement: null } }],
  ['a poll', { spec: { poll } }],
  ['a poll with eight options', { spec: { poll: { ...poll, options: Array(8).fill('x'.repeat(80)) } } }],
  ['no poll', { spec: { poll: null } }],
  ['faults', { metadata: { labels: { [LABELS.faults]: 'spike' } } }],
  ['a pause', { spec: { rollout: { paused: true } } }],
  ['an end with the deletion of all seats', { metadata: { annotations: { [CONFIRM_DELETION]: AT } } }],
  ['a later end', { spec: { schedule: { expiresAt: '2126-06-04T09:00:00Z' } } }],
  ['more seats', { spec: { seats: 3 } }],
])('may give a Workshop %s', async (_, body) => {
  expect(brief(await changeClass(WORKSHOPS.numbered, body))).toEqual([200, '']);
});

test('may give a Workshop more names', async () => {
  const attendees = [{ name: 'ada' }, { name: 'bob', displayName: 'Bob' }, { name: 'eve' }];
  expect(brief(await changeClass(WORKSHOPS.named, { spec: { attendees } }))).toEqual([200, '']);
});

test.each<[what: string, poll: object]>([
  ['without a question', { ...poll, question: '' }],
  ['with a question of 201 characters', { ...poll, question: 'x'.repeat(201) }],
  ['with nine options', { ...poll, options: Array(9).fill('x') }],
  ['with an empty option', { ...poll, options: ['a', ''] }],
  ['with an id that is no DNS label', { ...poll, id: 'a.b' }],
  ['with an id of 41 characters', { ...poll, id: 'x'.repeat(41) }],
])('may not open a poll %s', async (_, body) => {
  expect((await changeClass(WORKSHOPS.numbered, { spec: { poll: body } })).code).toBe(422);
});

const configMap = (name: string, labels: object): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels },
  data: { a: 'b' },
});

test('may create, change and delete the ConfigMap of a poll', async () => {
  const path = `${CONFIG_MAPS_API}/${CONFIG_MAPS.poll}`;
  const answers = [
    await send('POST', CONFIG_MAPS_API, configMap('admission-poll-admission.second', pollLabels)),
    await send('PATCH', path, { data: { a: 'b' } }),
    await send('DELETE', path),
  ];
  expect(answers.map(brief)).toEqual([
    [201, ''],
    [200, ''],
    [200, ''],
  ]);
});

test('may write down which sessions were logged out, but not remove the list', async () => {
  const path = `${CONFIG_MAPS_API}/${CONFIG_MAPS.sessions}`;
  expect(brief(await send('PATCH', path, { data: { a: '1' } }))).toEqual([200, '']);
  expect(brief(await send('DELETE', path))).toEqual(refused('Expected a ConfigMap admission-poll-*'));
});

test('may not create, change or delete another ConfigMap, nor turn one into another', async () => {
  const [poll, other] = [CONFIG_MAPS.poll, CONFIG_MAPS.other].map((name) => `${CONFIG_MAPS_API}/${name}`) as [
    string,
    string,
  ];
  const answers = [
    await send('POST', CONFIG_MAPS_API, configMap('admission-poll-admission.second', {})),
    await send('POST', CONFIG_MAPS_API, configMap('admission-more', pollLabels)),
    await send('PATCH', other, { data: { a: 'b' } }),
    await send('PATCH', other, { metadata: { labels: pollLabels } }),
    await send('PATCH', poll, { metadata: { labels: null } }),
    await send('DELETE', other),
  ];
  expect(answers.map(brief)).toEqual(answers.map(() => refused('Expected a ConfigMap admission-poll-*')));
});

function writeEvent(involvedObject: object): Promise<Answer> {
  const metadata = { name: 'admission.0a1b2c', namespace: 'default' };
  return send('POST', '/api/v1/namespaces/default/events', {
    apiVersion: 'v1',
    kind: 'Event',
    metadata,
    involvedObject,
    type: 'Normal',
    reason: 'HelpTaken',
    message: 'Nina is coming.',
    source: { component: 'intro-otel-portal' },
  });
}

test('may write an Event about a Workshop or a Seat, and about nothing else', async () => {
  const apiVersion = 'intro-otel.dev/v1alpha1';
  const answers = [
    await writeEvent({ apiVersion, kind: 'Workshop', name: WORKSHOPS.numbered }),
    await writeEvent({ apiVersion, kind: 'Seat', name: SEATS.free }),
    await writeEvent({ apiVersion: 'v1', kind: 'Node', name: 'any' }),
    await writeEvent({ apiVersion: 'apps/v1', kind: 'Seat', name: 'any' }),
    await writeEvent({}),
  ];
  expect(answers.map(({ code }) => code)).toEqual([201, 201, 422, 422, 422]);
});
