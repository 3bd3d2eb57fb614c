// The traces behind the fake guide: rounds of visitors. Those from client 3.1.0 to prizes 2.0.0 have failed for the
// last minute.
import type { Failure } from '../../../otlp/failures.ts';
import type { TracePage, TraceSummary } from '../../../apps/guide/explore-contract.ts';

const clients = ['3.1.0', '3.2.0'];
const plugins = ['none', 'dark-reader/4.9, coupon-finder/7.1', 'ad-blocker/1.62'];
const PER_MINUTE = 60;

export class FakeTraces {
  /** Number of traces that Jaeger has. */
  count = 600;
  /** Number of traces that came after the page was opened. */
  newer = 0;
  /** Paths with their queries, in the order of the requests. */
  readonly asked: string[] = [];
  /** Milliseconds until each answer. */
  delay = 0;
  /** Number of further attributes of each trace. 60 of them have about 3,600 values, and 110 about 12,000. */
  more = 0;
  /** Whether the arcade has answered some requests with the status 404. */
  hasRefusals = false;
  /** How many of the newest traces are rounds of the load, which the guide began. */
  loadRounds = 0;
  /** How many traces Jaeger keeps. */
  keeps: number | undefined;
  /** A text that a learner's code put everywhere in the traces that have failed. */
  learnersText: string | undefined;
  /** Whether Jaeger has a trace of 1970 that ends before it starts, and one that starts in an hour. */
  hasWrongClocks = false;
  readonly #now = Date.now();

  async page(query: URLSearchParams): Promise<TracePage> {
    this.asked.push(query.toString());
    await new Promise((resolve) => setTimeout(resolve, this.delay));
    const until = Number(query.get('until') ?? Infinity);
    const limit = Number(query.get('limit') ?? 200);
    const all = Array.from({ length: this.count + this.newer }, (_, index) => index - this.newer).filter(
      (age) => this.#startOf(age) < until,
    );
    const traces = all.slice(0, limit).map((age) => this.#trace(age));
    const next = all.length > limit ? traces.at(-1)?.start : undefined;
    const oldest = this.#startOf(this.count - 1);
    return {
      ...{ traces, bytes: traces.length * 10_000, skipped: 0 },
      ...(this.hasWrongClocks && this.#withWrongClocks(traces, next === undefined, !query.has('until'))),
      ...(next !== undefined && { next }),
      ...(next !== undefined && query.has('oldest') && { oldest }),
      ...(this.keeps !== undefined && { keeps: this.keeps }),
    };
  }

  /** Returns what the traces of wrong clocks change in a page. */
  #withWrongClocks(traces: readonly TraceSummary[], isLast: boolean, isFirst: boolean): Partial<TracePage> {
    const early = { ...this.#trace(-998), start: 1_000, duration: 0, reversed: 1 };
    const late = { ...this.#trace(-999), start: this.#now + 3_600_000, duration: 6 };
    return { ...(isLast && { traces: [...traces, early] }), ...(isFirst && { ahead: [late] }) };
  }

  #startOf(age: number): number {
    return this.#now - (age + 1) * (60_000 / PER_MINUTE);
  }

  #trace(age: number): TraceSummary {
    const isNew = ((age * 7) % 11) % 2 === 0;
    const isFailed = isNew && age % 2 === 0 && age < PER_MINUTE;
    const driver = age < this.loadRounds ? 'guide' : 'visitors';
    const trace = {
      traceId: String(Math.abs(age)).padStart(32, age < 0 ? 'b' : 'a'),
      start: this.#startOf(age),
      duration: 6 + ((age * 13) % 17) + (age % 97 === 5 ? 620 : 0),
      service: driver,
      operation: 'round',
      services: ['arcade', 'dice', 'prizes', driver].sort(),
      spans: 9,
      ...failuresOf(this.#startOf(age), isFailed, this.hasRefusals && age % 20 === 7),
      operations: { ...operations, [driver]: ['round'] },
      attributes: { ...attributesOf(age, isNew, isFailed, driver), ...moreOf(age, this.more) },
    };
    return this.learnersText !== undefined && isFailed ? withText(trace, this.learnersText) : trace;
  }
}

const operations = { arcade: ['GET /play', 'GET'], dice: ['GET /rolldice'], prizes: ['GET /prizes/:roll'] };

const failureAt = (time: number, service: string, status: string): Failure[] => [
  { service, counted: 'server', status, first: time + 5, last: time + 5 },
];

/** Only one span of a refusal failed: neither the server nor the client of prizes had anything to do with it. */
function failuresOf(time: number, isFailed: boolean, isRefused: boolean): Pick<TraceSummary, 'errors' | 'failures'> {
  if (isFailed) return { errors: 3, failures: failureAt(time, 'prizes', '500') };
  return isRefused ? { errors: 1, failures: failureAt(time, 'arcade', '404') } : { errors: 0, failures: [] };
}

const moreOf = (age: number, count: number): TraceSummary['attributes'] =>
  Object.fromEntries(
    Array.from({ length: count }, (_, key) => [`arcade:key.${key}`, [String((age * (key + 7)) % (key * 2 + 1))]]),
  );

const withText = (trace: TraceSummary, text: string): TraceSummary => ({
  ...trace,
  service: text,
  operation: text,
  services: [text],
  operations: { [text]: [text] },
  attributes: { ...trace.attributes, [`${text}:${text}`]: [text] },
});

function attributesOf(age: number, isNew: boolean, isFailed: boolean, driver: string): TraceSummary['attributes'] {
  const client = clients[age % 2] ?? '';
  const plugin = plugins[age % 3] ?? '';
  const pool = isNew ? 'green' : 'blue';
  return {
    [`${driver}:client.version`]: [client],
    [`${driver}:resource.service.name`]: [driver],
    'arcade:http.request.header.x-client-version': [client],
    'arcade:http.request.header.x-browser-plugins': [plugin, ...plugin.split(', ')],
    'arcade:network.peer.port': [String(30_000 + age)],
    'arcade:http.response.status_code': [isFailed ? '500' : '200'],
    'prizes:resource.service.version': [isNew ? '2.0.0' : '1.4.0'],
    'prizes:resource.deployment.node_pool': [pool],
    'prizes:resource.k8s.pod.name': [`prizes-${pool}`],
    // The pod of the arcade was replaced when the fault began.
    'arcade:resource.k8s.pod.name': [age < PER_MINUTE ? 'arcade-new' : 'arcade-old'],
  };
}
