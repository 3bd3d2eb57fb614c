import type { TracePage, TraceSummary } from '../../explore-contract.ts';
import { TraceLibrary } from './trace-library.ts';

const trace = (id: number, attributes: TraceSummary['attributes'] = {}): TraceSummary => ({
  traceId: String(id),
  start: id * 1_000,
  duration: 5,
  service: 'arcade',
  operation: 'GET /play',
  services: ['arcade'],
  spans: 1,
  errors: 0,
  failures: [],
  operations: { arcade: ['GET /play'] },
  attributes,
});

/** A guide with these traces, and the paths that were asked for. */
function guideWith(traces: TraceSummary[], keeps?: number) {
  const asked: string[] = [];
  const readPage = (path: string): Promise<TracePage> => {
    asked.push(path);
    const until = Number(new URL(path, 'http://guide').searchParams.get('until') ?? Infinity);
    const before = traces.filter(({ start }) => start < until).sort((a, b) => b.start - a.start);
    const found = before.slice(0, 200);
    const next = before.length > 200 ? found.at(-1)?.start : undefined;
    const isFirst = until === Infinity && next !== undefined;
    const oldest = isFirst ? { oldest: before.at(-1)?.start ?? 0 } : {};
    const known = { ...(next !== undefined && { next }), ...(keeps !== undefined && { keeps }) };
    return Promise.resolve({ traces: found, bytes: 10, skipped: 1, ...known, ...oldest });
  };
  return { asked, library: new TraceLibrary(readPage) };
}

const nothing = { attribute: '', operation: '', service: '' };
const all = (library: TraceLibrary) => library.match(nothing).traceIds;

const numbered = (from: number, until: number) =>
  Array.from({ length: until - from }, (_, index) => trace(from + index));

test('reads all pages, the newest first, and sums up what they say', async () => {
  const { library, asked } = guideWith(numbered(1, 451));
  const heard: unknown[] = [];
  await library.read((rows, reading) => heard.push([rows.length, rows[0]?.traceId, reading]));
  expect(heard).toEqual([
    [200, '450', { state: 'reading', bytes: 10, skipped: 1, isCut: false, about: 451 }],
    [200, '250', { state: 'reading', bytes: 20, skipped: 2, isCut: false, about: 450 }],
    [50, '50', { state: 'done', bytes: 30, skipped: 3, isCut: false }],
  ]);
  expect(asked[1]).toBe('api/explore/traces?limit=200&until=251000');
});

test('reads a trace of the future, and all new traces after it', async () => {
  const [future, asked]: [TraceSummary, string[]] = [trace(9_999_999), []];
  let traces = numbered(1, 11);
  const library = new TraceLibrary((path) => {
    asked.push(path);
    const until = Number(new URL(path, 'http://guide').searchParams.get('until') ?? Infinity);
    const found = traces.filter(({ start }) => start < until).slice(-200);
    const next = (found[0]?.start ?? 0) > 1_000 ? { next: found[0]?.start ?? 0 } : {};
    return Promise.resolve({
      traces: found,
      ...(until === Infinity && { ahead: [future] }),
      bytes: 0,
      skipped: 0,
      ...next,
    });
  });
  const heard: string[] = [];
  await library.read((rows) => heard.push(...rows.map(({ traceId }) => traceId)));
  expect(heard).toContain(future.traceId);
  traces = numbered(1, 501);
  await library.read(() => undefined);
  expect([asked.length, all(library).length]).toEqual([4, 501]);
});

test('reads only new traces the second time, and those whose spans may have come late', async () => {
  const traces = numbered(1, 901);
  const { library, asked } = guideWith(traces);
  await library.read(() => undefined);
  traces.push(...numbered(901, 911));
  asked.length = 0;
  await library.read(() => undefined);
  expect(asked).toHaveLength(1);
  expect(all(library)).toHaveLength(910);
});

test('stops after 4,000 traces, and says that there are more', async () => {
  const { library } = guideWith(numbered(1, 5_000));
  let last: unknown;
  await library.read((_rows, reading) => (last = reading));
  expect(last).toMatchObject({ state: 'done', isCut: true });
  expect(all(library)).toHaveLength(4_000);
});

test.each([
  ['client.version=3.1.0', ['1']],
  ['arcade:client.version=3.1.0', ['1']],
  ['version=3.1.0', []],
  ['service.version=2.0.0', ['1', '2']],
  ['prizes:resource.service.version=2.0.0', ['1', '2']],
  ['prizes:service.version=2.0.0', ['1', '2']],
  ['arcade:service.version=2.0.0', []],
  ['service.version=2.0.0 & client.version=3.2.0', ['2']],
  ['client.version', ['1', '2']],
  ['query=a=b', ['2']],
])('finds the traces with %s', async (text, found) => {
  const { library } = guideWith([
    trace(1, { 'arcade:client.version': ['3.1.0'], 'prizes:resource.service.version': ['2.0.0'] }),
    trace(2, { 'arcade:client.version': ['3.2.0'], 'prizes:resource.service.version': ['2.0.0'], 'a:query': ['a=b'] }),
  ]);
  await library.read(() => undefined);
  expect([...library.match({ ...nothing, attribute: text }).traceIds].sort()).toEqual(found);
});

test('compares the marked traces with all others', async () => {
  const { library } = guideWith([
    ...numbered(1, 20).map((one) => ({ ...one, attributes: { 'a:v': ['1'] } })),
    ...numbered(20, 30).map((one) => ({ ...one, attributes: { 'a:v': ['2'] } })),
  ]);
  await library.read(() => undefined);
  const ids = new Set(Array.from({ length: 10 }, (_, index) => String(20 + index)));
  expect(library.compare(ids)).toMatchObject({
    comparison: { marked: 10, others: 19, traits: [{ parts: [[{ key: 'a:v', value: '2' }]], marked: 10, others: 0 }] },
    leftOut: { marked: 0, others: 0 },
  });
  expect(library.compare(ids, 22_000)).toMatchObject({
    comparison: { marked: 8, others: 0 },
    leftOut: { marked: 2, others: 19 },
  });
});

test('finds traces with any span of an operation, and says what it found', async () => {
  const { library } = guideWith([
    { ...trace(1, { 'a:v': ['1'] }), operations: { visitors: ['round'], dice: ['GET /rolldice'] } },
    trace(2, { 'a:v': ['1'] }),
  ]);
  await library.read(() => undefined);
  expect(library.match({ ...nothing, operation: 'rolldice' }).traceIds).toEqual(['1']);
  expect(library.match({ attribute: 'a:v=1', operation: 'GET', service: 'arcade' })).toEqual({
    traceIds: ['2'],
    hints: { attribute: '2 traces have a:v=1.', operation: '' },
  });
  expect(library.match({ ...nothing, operation: 'rolldice', service: 'arcade' })).toEqual({
    traceIds: [],
    hints: { attribute: '', operation: 'No span of arcade has “rolldice” in its name. The names are: GET /play.' },
  });
});

test('estimates no more traces than Jaeger keeps', async () => {
  const { library } = guideWith(numbered(1, 451), 300);
  const abouts: unknown[] = [];
  await library.read((_rows, { about }) => abouts.push(about));
  expect(abouts).toEqual([300, 300, undefined]);
});
