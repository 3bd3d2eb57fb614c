// Tests the instrumentation levels none, auto and manual. Each `helm upgrade` changes one value of a running lab that
// includes the Python app.
import { randomBytes } from 'node:crypto';
import { edgesOf } from '../../otlp/traces.ts';
import type { Span } from '../../otlp/traces.ts';
import { eventually } from '../../support/waiting.ts';
import { ROUND_AT_GUIDE } from '../support/otlp/expected-telemetry.ts';
import { Lab, quiet } from '../support/cluster/lab.ts';
import { useNamespace } from '../support/cluster/namespace.ts';
import { listeningSockets } from '../support/cluster/sockets.ts';
import { playedRound, title, traceOf, tracesOf } from '../support/otlp/traces.ts';

const lab = new Lab(useNamespace('e2e-levels'));

const flask = { flask: { enabled: true } };

beforeAll(() => lab.installQuietly(flask), 150_000);

const isLibrary = (span: Span): boolean => span.scope.startsWith('@opentelemetry/instrumentation-');

async function round(): Promise<Span[]> {
  return (await playedRound(lab)).spans;
}

/** Sends a request directly to dice. @returns the spans of its trace */
async function requestToDice(path: string): Promise<Span[]> {
  const since = Date.now();
  await lab.text('dice', path);
  return eventually(async () => {
    const [found] = (await tracesOf(lab, 'dice', since)).filter(({ spans }) =>
      spans.some((span) => span.attributes['url.path'] === path),
    );
    expect(found).toBeDefined();
    return found?.spans ?? [];
  });
}

/**
 * Sends a request with a new trace context to the Python app. @returns the new trace's `count` spans, and the id of the
 * calling span
 */
async function requestToFlask(path: string, count: number): Promise<{ spans: Span[]; caller: string }> {
  const [traceId, caller] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  expect(await lab.text('flask', path, { headers: { traceparent: `00-${traceId}-${caller}-01` } })).toMatch(/^[1-6]$/);
  const spans = await eventually(async () => {
    const { spans: found } = await traceOf(lab, traceId);
    expect(found).toHaveLength(count);
    return found;
  });
  return { spans, caller };
}

describe('instrumentation level auto, the default', () => {
  test('makes every span with an instrumentation library at level auto', async () => {
    const spans = await round();
    expect(spans.filter((span) => !isLibrary(span)).map(title)).toEqual([]);
  });

  test('has HTTP spans and Express spans of each service at level auto', async () => {
    const spans = await round();
    for (const service of ['guide', 'arcade', 'dice', 'prizes']) {
      const scopes = new Set(spans.filter((span) => span.service === service).map((span) => span.scope));
      expect([service, [...scopes].sort()]).toEqual([
        service,
        ['@opentelemetry/instrumentation-express', '@opentelemetry/instrumentation-http'],
      ]);
    }
  });

  test('names each server span after its route at level auto', async () => {
    const spans = await round();
    const servers = spans
      .filter((span) => span.kind === 'server')
      .map(title)
      .sort();
    expect(servers).toEqual([
      'arcade GET /play',
      'dice GET /rolldice',
      'guide POST /api/rounds',
      'prizes GET /prizes/:roll',
    ]);
  });

  test("continues the caller's trace in the Python app, with the instrumentation library for Flask alone", async () => {
    const {
      spans: [span],
      caller,
    } = await requestToFlask('/rolldice', 1);
    expect(span).toMatchObject({
      service: 'flask',
      name: 'GET /rolldice',
      kind: 'server',
      parentSpanId: caller,
      scope: 'opentelemetry.instrumentation.flask',
      resource: { 'telemetry.sdk.language': 'python', 'service.namespace': lab.release },
    });
  });

  test("runs the Python app as the lab's user, which can write nothing but /tmp", async () => {
    const [pod] = await lab.pods('flask');
    const inPod = (script: string): Promise<string> =>
      lab.kubectl('exec', pod?.metadata.name ?? '', '--', 'sh', '-c', script);
    expect(
      await inPod('echo here > /tmp/it && python3 -c "import os; print(os.getuid(), open(\'/tmp/it\').read())"'),
    ).toMatch(/^10001 here/);
    await expect(inPod('echo here > /app/it')).rejects.toThrow(/read-only file system/i);
  });

  test("lets the Python app listen on the pod's address only", async () => {
    const pod = await lab.pod('flask');
    expect(await listeningSockets(pod)).toEqual([`${pod.status.podIP ?? ''}:8080`]);
  });

  test("loads every dependency of the Python app's packages without a warning", async () => {
    const [pod] = await lab.pods('flask');
    const compiled = 'charset_normalizer.cd, google._upb._message, markupsafe._speedups, wrapt._wrappers';
    await lab.kubectl(
      'exec',
      pod?.metadata.name ?? '',
      '--',
      'python3',
      '-c',
      `import ${compiled}, ssl, sqlite3, zlib, ctypes`,
    );
    expect(await lab.log('flask')).not.toMatch(/Traceback|[a-z](Warning|Error)\b/);
  });

  test('needs no line about telemetry in the code of dice at level auto', async () => {
    expect(await lab.diceSource()).not.toMatch(/from '@opentelemetry/);
  });

  test('counts visits in dice, but neither counts nor traces the probes of the kubelet', async () => {
    const hits = async (path: string): Promise<number> => Number(/\d+/.exec(await lab.text('dice', path))?.[0]);
    const first = await hits('/');
    expect(await hits('/')).toBe(first + 1);
    const spans = await requestToDice('/visit');
    expect(spans.map(title)).toContain('dice GET /visit');
    const all = (await tracesOf(lab, 'dice')).flatMap((trace) => trace.spans);
    expect(
      all.filter(({ attributes }) => ['/healthz', '/readyz'].includes(attributes['url.path'] as string)).map(title),
    ).toEqual([]);
  });
});

describe('helm upgrade --set instrumentation=none', () => {
  beforeAll(() => lab.upgradeQuietly({ ...flask, instrumentation: 'none' }), 150_000);

  test('plays a round and rolls in the Python app at level none, but sends no span to Jaeger', async () => {
    const since = Date.now();
    const answer = await lab.play();
    expect(answer.roll).toBeGreaterThanOrEqual(1);
    expect(answer.trace).toBeUndefined();
    expect(await lab.text('flask', '/rolldice')).toMatch(/^[1-6]$/);
    await new Promise((resolve) => setTimeout(resolve, 4000)); // auto or manual would send spans within 4 s
    for (const service of ['guide', 'arcade', 'dice', 'prizes', 'flask'])
      expect([service, await tracesOf(lab, service, since)]).toEqual([service, []]);
  });
});

describe('helm upgrade --set instrumentation=manual', () => {
  beforeAll(() => lab.upgradeQuietly({ ...flask, instrumentation: 'manual' }), 150_000);

  test('has only spans that the code of the apps makes at level manual', async () => {
    const spans = await round();
    expect(spans.filter(isLibrary).map(title)).toEqual([]);
  });

  test('passes the trace context on at level manual: one trace, one root, no orphan spans', async () => {
    const trace = await playedRound(lab);
    expect(edgesOf(trace)).toEqual(ROUND_AT_GUIDE);
    expect(trace.roots.map((span) => [span.service, span.parentSpanId])).toEqual([['guide', undefined]]);
  });

  test('records the rolled number as an integer attribute of the span do_roll', async () => {
    const rolls = (await round()).filter((span) => span.name === 'do_roll');
    expect(rolls).toHaveLength(1);
    const value = rolls[0]?.attributes['roll.value'];
    expect([1, 2, 3, 4, 5, 6]).toContain(value);
  });

  test("makes the slide deck's spans in the Python app, in the caller's trace", async () => {
    const { spans, caller } = await requestToFlask('/rolldice', 2);
    const [served, rolled] = spans;
    expect(served).toMatchObject({
      service: 'flask',
      name: 'rolldice',
      kind: 'server',
      parentSpanId: caller,
      scope: 'app_manual',
    });
    expect(rolled).toMatchObject({
      service: 'flask',
      name: 'do_roll',
      kind: 'internal',
      parentSpanId: served?.spanId,
      scope: 'app_manual',
    });
    expect([1, 2, 3, 4, 5, 6]).toContain(rolled?.attributes['roll.value']);
  });

  test("makes a SERVER span with the request's attributes for /server_request, below the caller's span", async () => {
    const caller = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await lab.text('dice', '/server_request?param=testing', {
      headers: { traceparent: caller, 'user-agent': 'a test' },
    });
    const [span] = await eventually(async () => {
      const { spans } = await traceOf(lab, '4bf92f3577b34da6a3ce929d0e0e4736');
      expect(spans).toHaveLength(1);
      return spans;
    });
    expect(span).toMatchObject({
      name: 'server_request',
      kind: 'server',
      parentSpanId: '00f067aa0ba902b7',
      attributes: {
        'http.request.method': 'GET',
        'url.path': '/server_request',
        'user_agent.original': 'a test',
        'http.response.status_code': 200,
      },
    });
  });

  test('logs the parameter of /server_request in dice, with the trace id and the span id', async () => {
    await lab.text('dice', '/server_request?param=marker-4711');
    const line = await eventually(async () => {
      const found = (await lab.log('dice')).split('\n').find((text) => text.includes('marker-4711'));
      expect(found).toBeDefined();
      return JSON.parse(found ?? '') as { trace_id: string; span_id: string };
    });
    await eventually(async () =>
      expect((await traceOf(lab, line.trace_id)).spans.map((span) => span.spanId)).toEqual([line.span_id]),
    );
  });

  test('adds events to spans at level manual', async () => {
    const names = (await round()).flatMap((span) => span.events.map((event) => event.name));
    expect(names).toContain('rolled');
  });
});

describe('a time budget for rounds', () => {
  // The instrumentation level stays manual, so that only the arcade restarts.
  beforeAll(() => lab.upgrade({ ...quiet, ...flask, instrumentation: 'manual', arcade: { budgetMs: 1 } }), 150_000);

  test("answers 504 to a round longer than arcade.budgetMs, and the arcade's span records the exception", async () => {
    const response = await lab.fetch('arcade', '/play?player=late');
    expect(response.status).toBe(504);
    const { trace: id } = (await response.json()) as { trace: string };
    const failed = await eventually(async () => {
      const span = (await traceOf(lab, id)).spans.find((one) => one.service === 'arcade' && one.kind === 'server');
      expect(span).toBeDefined();
      return span;
    });
    expect(failed?.status.code).toBe('error');
    const [exception] = failed?.events.filter((event) => event.name === 'exception') ?? [];
    expect(exception?.attributes['exception.type']).toBe('BudgetExceeded');
    expect(exception?.attributes['exception.message']).toContain('1 ms');
  });
});

describe('telemetry.tracesExporter=console and telemetry.metricsExporter=console', () => {
  beforeAll(
    () =>
      lab.upgradeQuietly({
        telemetry: { tracesExporter: 'console', metricsExporter: 'console', metricIntervalMs: 1000 },
      }),
    150_000,
  );

  test('removes the Python app in an upgrade whose values do not switch it on', async () => {
    const gone = async (): Promise<void> => {
      const what = 'deployments,replicasets,pods,services,endpointslices';
      expect(
        await lab.kubectl('get', what, '--selector', 'app.kubernetes.io/component=flask', '--output', 'name'),
      ).toBe('');
    };
    await eventually(gone);
  });

  test("writes spans to the pod's log with the console exporter, and sends none to Jaeger", async () => {
    const since = Date.now();
    const { trace: id } = await lab.play();
    await eventually(async () => {
      const log = await lab.log('dice');
      expect(log).toContain(`traceId: '${id}'`);
      expect(log).toContain("name: 'GET /rolldice'");
    });
    expect(await tracesOf(lab, 'dice', since)).toEqual([]);
  });

  test("writes metrics to the pod's log with the console exporter", async () => {
    await eventually(async () => expect(await lab.log('dice')).toContain("name: 'http.server.request.duration'"));
  });
});
