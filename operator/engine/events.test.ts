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
  const recorder = new Recorder({
    api,
    log,
    clock: { now: () => now },
    component: 'intro-otel-operator',
    instance: 'op-1',
  });
  return { recorder, sent, warnings, pass: (ms: number) => void (now += ms), mend: () => (failure = undefined) };
}

const seat = (name: string): KubeObject => ({
  apiVersion: 'intro-otel.dev/v1alpha1',
  kind: 'Seat',
  metadata: { name, uid: `uid-${name}` },
});

test('an Event on an object without a namespace is in default, and says who tells it of what', async () => {
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
    source: { component: 'intro-otel-operator' },
    reportingInstance: 'op-1',
  });
});

test('the same within the hour counts up, and after it is told anew', async () => {
  const { recorder, sent, pass } = setUp();
  const tell = () => recorder.event(seat('a'), 'Warning', 'Failed', 'It does not fit.');
  tell();
  pass(60_000);
  tell();
  pass(HOUR);
  tell();
  await recorder.idle();
  expect(sent.map(({ verb, body }) => [verb, body['count']])).toEqual([
    ['create', 1],
    ['patch', 2],
    ['create', 1],
  ]);
  expect(sent[1]?.body).toEqual({ count: 2, lastTimestamp: '2026-01-01T00:01:00Z' });
});

test('an object may tell 25 things at once and then one each five minutes, and others are not kept from it', async () => {
  const { recorder, sent, pass } = setUp();
  for (let index = 0; index < 40; index++) recorder.event(seat('talkative'), 'Normal', 'Said', `Thing ${index}.`);
  recorder.event(seat('quiet'), 'Normal', 'Said', 'One thing.');
  await recorder.idle();
  expect(sent).toHaveLength(26);
  pass(2 * 300_000);
  for (let index = 40; index < 50; index++) recorder.event(seat('talkative'), 'Normal', 'Said', `Thing ${index}.`);
  await recorder.idle();
  expect(sent).toHaveLength(28);
});

test('the same, told too often, is counted but not sent each time', async () => {
  const { recorder, sent, pass } = setUp();
  const tell = () => recorder.event(seat('a'), 'Warning', 'Failed', 'It does not fit.');
  for (let time = 1; time <= 100; time++) tell();
  pass(300_000);
  tell();
  await recorder.idle();
  expect(sent).toHaveLength(26);
  expect(sent.at(-1)?.body).toMatchObject({ count: 101 });
});

test('an Event that can not be sent is in the log and fails nobody', async () => {
  const { recorder, warnings } = setUp(new ApiError('POST', 500, { message: 'no' }));
  expect(() => recorder.event(seat('a'), 'Normal', 'Ready', 'The lab can be used.')).not.toThrow();
  await recorder.idle();
  expect(warnings).toHaveLength(1);
});

test.each([
  ['could not be sent', new ApiError('POST', 500, { message: 'no' }), 1],
  ['was not sent, as another leads', new NotLeadingError(), 0],
])('what %s is told anew the next time', async (_, error, warned) => {
  const { recorder, sent, warnings, mend } = setUp(error);
  recorder.event(seat('a'), 'Normal', 'Ready', 'The lab can be used.');
  await recorder.idle();
  mend();
  recorder.event(seat('a'), 'Normal', 'Ready', 'The lab can be used.');
  await recorder.idle();
  expect(sent.map(({ verb, body }) => [verb, body['count']])).toEqual([
    ['create', 1],
    ['create', 1],
  ]);
  expect(warnings).toHaveLength(warned);
});

test('more than can wait are dropped, with a word in the log', async () => {
  const { recorder, sent, warnings } = setUp();
  for (let index = 0; index < 1100; index++)
    recorder.event(seat(`seat-${index}`), 'Normal', 'Ready', 'The lab can be used.');
  await recorder.idle();
  expect(sent.length).toBeLessThan(1100);
  expect(sent.length + warnings.length).toBe(1100);
});
