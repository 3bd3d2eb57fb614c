// Tests what the last page and its plain text say, with traces in a fake Jaeger.
import type { Step, StepState } from '../contract.ts';
import { FakeJaeger } from '../../testing/jaeger.ts';
import { learntBy } from './learnt.ts';
import { learntText } from './learnt-text.ts';
import { learntPage } from './pages/learnt.ts';

const [A, B, C] = ['a', 'b', 'c'].map((digit) => digit.repeat(32)) as [string, string, string];

/** A trace with a span of each service, each below the one before it. */
const resourceSpans = (traceId: string, services: readonly string[]) =>
  services.map((service, index) => ({
    resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
    scopeSpans: [
      {
        scope: { name: 'a-library' },
        spans: [
          {
            traceId,
            spanId: String(index + 1).padStart(16, '0'),
            ...(index > 0 ? { parentSpanId: String(index).padStart(16, '0') } : {}),
            name: `work of ${service}`,
            kind: 2,
            startTimeUnixNano: '1795363200000000000',
            endTimeUnixNano: '1795363200004000000',
          },
        ],
      },
    ],
  }));

const kept = [...resourceSpans(A, ['guide', 'dice']), ...resourceSpans(B, ['guide', 'dice<b>\n# x', 'prizes'])];
let jaeger: FakeJaeger;
beforeAll(async () => {
  jaeger = await FakeJaeger.start([{ resourceSpans: () => kept }]);
});
afterAll(() => jaeger.stop());

const states: Record<string, [StepState, string?]> = {
  '06-manual': ['passed', A],
  '08-context': ['passed', B],
  '09-metrics-and-logs': ['unverified', C],
  '10-troubleshooting': ['started'],
};

function courseWith(all: typeof states) {
  const steps = Object.entries(all).map(([id, [state, traceId]]) => ({
    id,
    number: Number(id.slice(0, 2)),
    title: `Title of ${id}`,
    minutes: 10,
    state,
    learn: [`learnt in ${id}`],
    ...(traceId === undefined ? {} : { traceId }),
  }));
  return {
    overview: () => Promise.resolve({ passed: 0, total: steps.length, editing: true, steps }),
    step: (id: string) => Promise.resolve(steps.find((step) => step.id === id) as unknown as Step),
  };
}

const learnt = (all = states, url = jaeger.url) => learntBy({ course: courseWith(all), jaeger: url });

test('shows the trace of a verified step that went through most services', async () => {
  const { best, missing } = await learnt();
  expect([best?.trace.traceId, best?.step.id, missing]).toEqual([B, '08-context', undefined]);
});

test('says which steps are verified and which are not, and counts no step without a valid proof', async () => {
  const page = learntPage(await learnt());
  expect(page).toContain('<strong>2 of 4 steps are verified.</strong>');
  const [verified = '', open = ''] = page.split('id="open"');
  expect(verified).toMatch(/Title of 06-manual[^]*learnt in 06-manual[^]*Title of 08-context/);
  expect(verified).not.toContain('Title of 09');
  expect(open).toMatch(/Title of 09-metrics-and-logs<\/a> <span>not verified: no check[^]*Title of 10.*<span>started</);
  expect(open).not.toContain('learnt in 09');
});

test('escapes what comes from a service, and keeps it on one line of the plain text', async () => {
  const all = await learnt();
  expect(learntPage(all)).toContain('dice&lt;b&gt;');
  const text = learntText(all);
  expect(text).toContain('      dice<b> # x work of dice<b> # x server, 4.0 ms\n        prizes work of prizes');
  expect(text).toContain('## 8. Title of 08-context\n\n- learnt in 08-context\n');
  expect(text).toContain('- 10. Title of 10-troubleshooting: started\n');
});

test.each([
  ['no step is verified', { '01-set-up': ['started'] }, /No step is verified yet/, 'None of 1 steps are verified.'],
  [
    'Jaeger has lost the traces',
    { '01-set-up': ['passed', C] },
    /Jaeger no longer has any/,
    'All 1 steps are verified.',
  ],
  ['a step was verified without a trace', { '01-set-up': ['passed'] }, /has a trace of its own/, 'All 1 steps'],
] as const)('says why there is no trace: %s', async (_what, all, missing, count) => {
  const found = await learnt(all as unknown as typeof states);
  expect([found.best, found.missing]).toEqual([undefined, expect.stringMatching(missing)]);
  expect(learntPage(found)).toContain(count);
  expect(learntText(found)).toMatch(missing);
});

test('says that Jaeger did not answer, and shows the steps all the same', async () => {
  const found = await learnt(states, 'http://127.0.0.1:1');
  expect(found.missing).toMatch(/^Jaeger did not answer/);
  expect(found.steps).toHaveLength(4);
});
