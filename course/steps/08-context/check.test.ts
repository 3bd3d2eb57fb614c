// Tests what step 8 says of traces that a sampler has dropped, and of propagators and spans that hand on no context.
import type { Span, Trace } from '../../../otlp/traces.ts';
import type { Seen, Visit } from '../../engine/observation.ts';
import { verdictOf } from '../../engine/findings.ts';
import { SAMPLER, spanOf } from '../../harness/generated.ts';
import { judge } from './check.ts';

const answer = { traceId: 'a', spanId: 'caller', status: 200, body: '4' };
const caller = spanOf('GET /server_request', { traceId: 'a', spanId: 'caller', service: 'guide' });
const server = (more: Partial<Span> = {}) =>
  spanOf('server_request', { traceId: 'a', spanId: 'mine', parentSpanId: 'caller', kind: 'server', ...more });
const prize = spanOf('GET /prizes', { traceId: 'a', parentSpanId: 'mine', service: 'prizes', kind: 'server' });

const visitOf = (...spans: Span[]): Visit => ({
  path: '/server_request?param=x',
  answer,
  sent: 0,
  spans: spans.filter(({ service }) => service === 'my-dice'),
  ...(spans.length > 0 && { trace: { traceId: 'a', spans, services: ['guide'] } as unknown as Trace }),
});
const right = visitOf(caller, server(), prize);

const verdictFor = (visits: readonly Visit[], more: Partial<Seen> = {}) =>
  verdictOf(judge({ visits, strays: [], settled: true, sampler: SAMPLER, ...more }).findings);

test.each<[string, Visit]>([
  ['the Collector has dropped', visitOf()],
  ['dice has not recorded', visitOf(caller)],
])('blames the sampler only for a request whose trace %s', (_what, dropped) => {
  expect(verdictFor([dropped, right, right])).toMatchObject({ passed: false, hint: SAMPLER });
});

test('judges nothing, if dice starts traces of its own and some of them are dropped', () => {
  const [visits, strays] = [[visitOf(), visitOf(caller), visitOf()], [server({ traceId: 'own' })]];
  expect(judge({ visits, strays, settled: true, sampler: SAMPLER }).findings).toEqual([]);
});

test('says first what it has seen, although other traces are dropped', () => {
  const wrong = visitOf(caller, server({ kind: 'internal' }), prize);
  expect(verdictFor([visitOf(), wrong, wrong])).toMatchObject({ hint: expect.stringMatching(/SpanKind/) as string });
});

test.each([
  ['b3,baggage', 'dice takes over no context', [visitOf(caller), visitOf(caller), visitOf(caller)]],
  ['none', 'dice hands on no context', [visitOf(caller, server()), right, right]],
])('names OTEL_PROPAGATORS=%s if %s', (value, _what, visits) => {
  const strays = [0, 1, 2].map(() => server({ traceId: 'own' }));
  const { findings } = judge({ visits, strays, settled: true }, { OTEL_PROPAGATORS: value });
  expect(verdictOf(findings)).toMatchObject({
    hint: expect.stringContaining(`OTEL_PROPAGATORS is ${value}, so dice neither reads nor writes`) as string,
  });
});

test.each(['tracecontext', 'b3,tracecontext', 'tracecontxt', ''])('does not blame OTEL_PROPAGATORS=%s', (value) => {
  const { findings } = judge(
    { visits: [visitOf(caller, server())], strays: [], settled: true },
    { OTEL_PROPAGATORS: value },
  );
  expect(verdictOf(findings)).toMatchObject({
    hint: expect.stringMatching(/^The call to prizes.*startSpan alone does not make its span the active one/) as string,
  });
});
