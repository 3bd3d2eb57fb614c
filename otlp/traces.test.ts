import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { edgesOf, recentTraces, traceFromJaeger, tracesFromOtlp } from './traces.ts';

const traceId = '5b8aa5a2d2c872e8321cf37308d69df2';
const second = 1_000_000_000n;
const noon = 1_795_363_200n * second;

interface Given {
  id: string;
  parent?: string;
  name?: string;
  from?: bigint;
  took?: bigint;
  more?: object;
}

/** Returns an OTLP span. `from` is its start in nanoseconds after noon, and `took` is its duration in nanoseconds. */
function span({ id, parent, name = id, from = 0n, took = second, more = {} }: Given): object {
  return {
    traceId,
    spanId: id,
    ...(parent ? { parentSpanId: parent } : {}),
    name,
    startTimeUnixNano: String(noon + from),
    endTimeUnixNano: String(noon + from + took),
    ...more,
  };
}

function service(name: string, spans: object[], scope = 'a-library'): object {
  return {
    resource: { attributes: [{ key: 'service.name', value: { stringValue: name } }] },
    scopeSpans: [{ scope: { name: scope }, spans }],
  };
}

function onlyTrace(...resourceSpans: object[]) {
  const traces = tracesFromOtlp({ result: { resourceSpans } });
  expect(traces).toHaveLength(1);
  return traces[0] as NonNullable<(typeof traces)[0]>;
}

test('builds one tree from the spans of several services, sorted by start time', () => {
  const { roots, spans, services } = onlyTrace(
    service('dice', [span({ id: 'c', parent: 'b', from: 3n * second })]),
    service('arcade', [
      span({ id: 'd', parent: 'a', from: 5n * second }),
      span({ id: 'b', parent: 'a', from: 2n * second }),
      span({ id: 'a', took: 9n * second }),
    ]),
  );
  expect(roots.map(({ spanId }) => spanId)).toEqual(['a']);
  expect(spans.map(({ spanId }) => spanId)).toEqual(['a', 'b', 'c', 'd']);
  expect(services).toEqual(['arcade', 'dice']);
});

test('keeps each span of a tree that is too deep for JSON, in the order of the tree', () => {
  const chain = Array.from({ length: 6_000 }, (_, at) =>
    span({ id: `s${at}`, ...(at > 0 && { parent: `s${at - 1}` }), from: BigInt(at) }),
  );
  const { roots, spans } = onlyTrace(service('dice', chain));
  expect([roots.length, spans.map(({ spanId }) => spanId)]).toEqual([1, chain.map((_, at) => `s${at}`)]);
  expect(JSON.stringify(roots).match(/"spanId"/g)).toHaveLength(6_000);
});

test('keeps spans with the same id that differ, and a span once that was sent twice', () => {
  const [one, other] = [span({ id: 'a', name: 'one' }), span({ id: 'a', name: 'other', from: second })];
  const { spans } = onlyTrace(service('dice', [one, other, one, span({ id: 'b', parent: 'a', from: second })]));
  expect(spans.map(({ name }) => name).sort()).toEqual(['b', 'one', 'other']);
});

test('reads the name, kind, service, scope, start and duration of a span', () => {
  const { roots } = onlyTrace(
    service('dice', [span({ id: 'a', name: 'GET /visit', took: 1_234_567n, more: { kind: 2 } })]),
  );
  expect(roots[0]).toMatchObject({
    name: 'GET /visit',
    kind: 'server',
    service: 'dice',
    scope: 'a-library',
    start: Number(noon / 1_000_000n),
    duration: 1.234,
  });
});

test('reads attributes of every type as plain values', () => {
  const attributes = [
    { key: 'text', value: { stringValue: 'x' } },
    { key: 'empty', value: { stringValue: '' } },
    { key: 'integer', value: { intValue: '6' } },
    { key: 'double', value: { doubleValue: 1.5 } },
    { key: 'no', value: { boolValue: false } },
    { key: 'list', value: { arrayValue: { values: [{ intValue: '1' }, { stringValue: 'two' }] } } },
    { key: 'map', value: { kvlistValue: { values: [{ key: 'a', value: { intValue: 0 } }] } } },
    { key: 'nothing' },
  ];
  const { roots } = onlyTrace(service('dice', [span({ id: 'a', more: { attributes } })]));
  expect(roots[0]?.attributes).toEqual({
    text: 'x',
    empty: '',
    integer: 6,
    double: 1.5,
    no: false,
    list: [1, 'two'],
    map: { a: 0 },
    nothing: null,
  });
});

test('keeps the order, times and attributes of span events', () => {
  const events = [
    {
      name: 'exception',
      timeUnixNano: String(noon + 500_000n),
      attributes: [{ key: 'exception.message', value: { stringValue: 'no' } }],
    },
    { name: 'later', timeUnixNano: String(noon + second) },
  ];
  const { roots } = onlyTrace(service('dice', [span({ id: 'a', more: { events } })]));
  expect(roots[0]?.events).toEqual([
    { name: 'exception', time: Number(noon / 1_000_000n) + 0.5, attributes: { 'exception.message': 'no' } },
    { name: 'later', time: Number(noon / 1_000_000n) + 1000, attributes: {} },
  ]);
});

test.each([
  [{}, { code: 'unset' }],
  [{ status: {} }, { code: 'unset' }],
  [{ status: { code: 1 } }, { code: 'ok' }],
  [{ status: { code: 2, message: 'too slow' } }, { code: 'error', message: 'too slow' }],
  [{ status: { code: 'STATUS_CODE_ERROR' } }, { code: 'error' }],
])('reads the span status of %j as %j', (more, status) => {
  expect(onlyTrace(service('dice', [span({ id: 'a', more })])).roots[0]?.status).toEqual(status);
});

test('reads a span kind that is a name instead of a number', () => {
  expect(onlyTrace(service('dice', [span({ id: 'a', more: { kind: 'SPAN_KIND_CLIENT' } })])).roots[0]?.kind).toBe(
    'client',
  );
});

test('marks a span whose parent is missing as an orphan, and puts the orphan among the roots of the trace', () => {
  const { roots } = onlyTrace(
    service('dice', [
      span({ id: 'a' }),
      span({ id: 'b', parent: 'gone', from: second }),
      span({ id: 'c', parent: 'b', from: second }),
    ]),
  );
  expect(roots.map(({ spanId, orphan }) => [spanId, orphan])).toEqual([
    ['a', false],
    ['b', true],
  ]);
  expect(roots[1]?.children[0]).toMatchObject({ spanId: 'c', orphan: false });
});

test('lists all spans of a trace, even two spans that name each other as parent', () => {
  const { spans } = onlyTrace(
    service('dice', [
      span({ id: 'a', parent: 'b' }),
      span({ id: 'b', parent: 'a', from: second }),
      span({ id: 'c', parent: 'c', from: 2n * second }),
    ]),
  );
  expect(spans.map(({ spanId }) => spanId).sort()).toEqual(['a', 'b', 'c']);
});

test('lists a span only once if the response contains it twice', () => {
  expect(onlyTrace(service('dice', [span({ id: 'a' }), span({ id: 'a' })])).spans).toHaveLength(1);
});

test('measures the duration of a trace from its first start to its last end', () => {
  const { start, duration } = onlyTrace(
    service('dice', [
      span({ id: 'a', from: second, took: second }),
      span({ id: 'b', parent: 'a', from: 2n * second, took: 3n * second }),
    ]),
  );
  expect(start).toBe(Number(noon / 1_000_000n) + 1000);
  expect(duration).toBe(4000);
});

test('gives a duration of 0 to a span that ends before it starts, and tells by how much', () => {
  const [early, fine] = [span({ id: 'a', took: -5n * second }), span({ id: 'b', from: 1n, took: 0n })];
  expect(onlyTrace(service('dice', [early, fine])).roots).toMatchObject([{ duration: 0, endsEarly: 5_000 }, {}]);
  expect(onlyTrace(service('dice', [fine])).roots[0]).not.toHaveProperty('endsEarly');
});

test('uses unknown_service for a span without a service name', () => {
  expect(onlyTrace({ scopeSpans: [{ spans: [span({ id: 'a' })] }] }).services).toEqual(['unknown_service']);
});

test('sorts several traces by start time', () => {
  const early = { ...span({ id: 'a' }), traceId: 'early' };
  const late = { ...span({ id: 'b', from: second }), traceId: 'late' };
  expect(
    tracesFromOtlp({ resourceSpans: [service('dice', [late]), service('arcade', [early])] }).map(
      (trace) => trace.traceId,
    ),
  ).toEqual(['early', 'late']);
});

test('returns no traces for an empty response', () => {
  expect(tracesFromOtlp({})).toEqual([]);
  expect(tracesFromOtlp({ result: {} })).toEqual([]);
});

test.each([null, 'text', [1]])('refuses %j, which is not OTLP JSON', (answer) => {
  expect(() => tracesFromOtlp(answer)).toThrow(/expected OTLP JSON with resourceSpans, found/);
});

test('lists each call between two services of a trace only once', () => {
  const trace = onlyTrace(
    service('arcade', [span({ id: 'a' }), span({ id: 'b', parent: 'a' }), span({ id: 'c', parent: 'a' })]),
    service('dice', [span({ id: 'd', parent: 'b' }), span({ id: 'e', parent: 'c' })]),
    service('prizes', [span({ id: 'f', parent: 'c' })]),
  );
  expect(edgesOf(trace)).toEqual(['arcade→dice', 'arcade→prizes']);
});

describe('the client for Jaeger', () => {
  async function withJaeger<T>(answer: RequestListener, ask: (url: string) => Promise<T>): Promise<T> {
    const server = createServer(answer).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      return await ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}/jaeger`);
    } finally {
      server.close();
    }
  }

  const found = JSON.stringify({ result: { resourceSpans: [service('dice', [span({ id: 'a' })])] } });

  test('reads a trace by its id', async () => {
    const asked: (string | undefined)[] = [];
    const trace = await withJaeger(
      (request, response) => {
        asked.push(request.url);
        response.end(found);
      },
      (url) => traceFromJaeger(url, traceId),
    );
    expect(asked).toEqual([`/jaeger/api/v3/traces/${traceId}`]);
    expect(trace?.spans).toHaveLength(1);
  });

  test('returns undefined for a trace that Jaeger does not have', async () => {
    expect(
      await withJaeger(
        (_request, response) => response.writeHead(404).end('{"error":{}}'),
        (url) => traceFromJaeger(url, traceId),
      ),
    ).toBeUndefined();
  });

  test("throws an error with Jaeger's message if Jaeger refuses the request", async () => {
    const asking = withJaeger(
      (_request, response) => response.writeHead(400).end('malformed parameter trace_id'),
      (url) => traceFromJaeger(url, 'zz'),
    );
    await expect(asking).rejects.toThrow(/with 200, found 400: malformed parameter trace_id/);
  });

  test('fails if the response is not JSON', async () => {
    await expect(
      withJaeger(
        (_request, response) => response.end('<html>'),
        (url) => traceFromJaeger(url, traceId),
      ),
    ).rejects.toThrow(/expected traces from Jaeger .* found: <html>/);
  });

  test('searches by service, time range and number of traces, which API v3 requires', async () => {
    let asked = new URLSearchParams();
    await withJaeger(
      (request, response) => {
        asked = new URL(request.url ?? '', 'http://x').searchParams;
        response.end(found);
      },
      (url) => recentTraces(url, 'arcade', { limit: 5 }),
    );
    expect(Object.fromEntries(asked)).toMatchObject({ 'query.service_name': 'arcade', 'query.num_traces': '5' });
    expect(Date.parse(asked.get('query.start_time_min') ?? '')).toBeLessThan(
      Date.parse(asked.get('query.start_time_max') ?? ''),
    );
  });

  test('returns an empty list if a search finds no traces', async () => {
    expect(
      await withJaeger(
        (_request, response) => response.writeHead(404).end(),
        (url) => recentTraces(url, 'nobody'),
      ),
    ).toEqual([]);
  });
});
