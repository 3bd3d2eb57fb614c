import { ApiError, NotLeadingError } from '../../kubernetes/api.ts';
import type { Api } from '../../kubernetes/api.ts';
import { Recorder } from './events.ts';
import type { KubeObject } from '../../kubernetes/object.ts';

const HOUR = 3_600_000;

interface Sent {
  readonly verb: 'create' | 'patch';
  readonly body: { readonly [field: string]: unknown };
}

function setUp(failing: Error | undefined = undefined) {
  const sent: Sent[] = [];
  const warnings: object[] = [];
  const take = (verb: Sent['verb'], body: object): Promise<never> => {
    sent.push({ verb, body: body as Sent['body'] });
    return failure ? Promise.reject(failure) : Promise.resolve(body as never);
  };
  let failure = failing;
  const api = {
    create: (object: object) => take('create', object),
    mergePatch: (_kind: unknown, _key: unknown, patch: object) => take('patch', patch),
  } as unknown as Api;
  let now = Date.parse('2026-01-01T00:00:00Z');
  const log = { debug: () => undefined, warn: (fields: object) => void warnings.push(fields) };
  const recorder = new Recorder({ api, log, clock: { now: () => now }, component: 'operator', instance: 'op-1' });
  return { recorder, sent, warnings, pass: (ms: number) => void (now += ms), recover: () => (failure = undefined) };
}

const seat = (name: string): KubeObject => ({
  apiVersion: 'intro-otel.dev/v1alpha1',
  kind: 'Seat',
  metadata: { name, uid: `uid-${name}` },
});

test('creates Events about cluster-scoped objects in the namespace `default`', async () => {
  const { recorder, sent } = setUp();
  recorder.event(seat('class-ada'), 'Normal', 'Ready', 'The lab can be used.');
  await recorder.idle();
  expect(sent).toHaveLength(1);
  expect(sent[0]?.body).toMatchObject({
    metadata: { namespace: 'default' },
    type: 'Normal',
    reason: 'Ready',
    message: 'The lab can be used.',
    count: 1,
    involvedObject: { kind: 'Seat', name: 'class-ada', uid: 'uid-class-ada' },
    firstTimestamp: '2026-01-01T00:00:00Z',
    source: { component: 'operator' },
    reportingInstance: 'op-1',
  });
});

test('increases the count of an Event repeated within an hour, and creates a new Event after an hour', async () => {
  const { recorder, sent, pass } = setUp();
  const record = () => recorder.event(seat('a'), 'Warning', 'Failed', 'It does not fit.');
  record();
  pass(60_000);
  record();
  pass(HOUR);
  record();
  await recorder.idle();
  expect(sent.map(({ verb, body }) => [verb, body['count']])).toEqual([
    ['create', 1],
    ['patch', 2],
    ['create', 1],
  ]);
  expect(sent[1]?.body).toEqual({ count: 2, lastTimestamp: '2026-01-01T00:01:00Z' });
});

test('allows 25 Events about an object in a short time, and then one Event per five minutes', async () => {
  const { recorder, sent, pass } = setUp();
  for (let index = 0; index < 40; index++) recorder.event(seat('busy'), 'Normal', 'Changed', `Change ${index}.`);
  recorder.event(seat('quiet'), 'Normal', 'Changed', 'One change.');
  await recorder.idle();
  expect(sent).toHaveLength(26);
  pass(2 * 300_000);
  for (let index = 40; index < 50; index++) recorder.event(seat('busy'), 'Normal', 'Changed', `Change ${index}.`);
  await recorder.idle();
  expect(sent).toHaveLength(28);
});

test('counts repeated Events that exceed the rate limit, and sends the total count later', async () => {
  const { recorder, sent, pass } = setUp();
  const record = () => recorder.event(seat('a'), 'Warning', 'Failed', 'It does not fit.');
  for (let time = 1; time <= 100; time++) record();
  pass(300_000);
  record();
  await recorder.idle();
  expect(sent).toHaveLength(26);
  expect(sent.at(-1)?.body).toMatchObject({ count: 101 });
});

test('logs a warning and does not throw if an Event cannot be sent', async () => {
  const { recorder, warnings } = setUp(new ApiError('POST', 500, { message: 'no' }));
  expect(() => recorder.event(seat('a'), 'Normal', 'Ready', 'The lab can be used.')).not.toThrow();
  await recorder.idle();
  expect(warnings).toHaveLength(1);
});

test.each([
  ['the API server fails', new ApiError('POST', 500, { message: 'no' }), 1],
  ['this process is not the leader', new NotLeadingError(), 0],
])('creates an Event at its first repeat if the request to create it failed because %s', async (_, error, warned) => {
  const { recorder, sent, warnings, recover } = setUp(error);
  recorder.event(seat('a'), 'Normal', 'Ready', 'The lab can be used.');
  await recorder.idle();
  recover();
  recorder.event(seat('a'), 'Normal', 'Ready', 'The lab can be used.');
  await recorder.idle();
  expect(sent.map(({ verb, body }) => [verb, body['count']])).toEqual([
    ['create', 1],
    ['create', 1],
  ]);
  expect(warnings).toHaveLength(warned);
});

test('drops Events and logs each drop while the send queue is full', async () => {
  const { recorder, sent, warnings } = setUp();
  for (let index = 0; index < 1100; index++)
    recorder.event(seat(`seat-${index}`), 'Normal', 'Ready', 'The lab can be used.');
  await recorder.idle();
  expect(sent.length).toBeLessThan(1100);
  expect(sent.length + warnings.length).toBe(1100);
});
