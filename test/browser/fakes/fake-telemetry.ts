// The metrics and logs behind the fake guide: charts of a lab in which prizes has been slow and failing for five
// minutes, the instruments of dice, log records, and traces with their log records.
import type {
  Charts,
  Dropped,
  Exemplar,
  Instrument,
  Instruments,
  LogRecord,
  Logs,
  ServiceCharts,
  Severity,
  SignalState,
  TraceWithLogs,
} from '../../../apps/guide/explore-contract.ts';
import type { SpanOfPage, TraceOfPage } from '../../../apps/guide/contract.ts';

/** The answer to a request: a status, and a value to send as JSON. */
export interface Answer {
  status?: number;
  body: unknown;
}

const STEP = 15_000; // ms
const INTERVALS = 60;
/** The fault is on in the newest intervals. */
const FAULTY = 20;
const severities: Severity[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

/** A number from 0 to 1 that depends on `seed` only, so that each test sees the same. */
function noise(seed: number): number {
  const value = Math.sin(seed * 12.9898) * 43758.5453;
  return value - Math.floor(value);
}

export class FakeTelemetry {
  /** The status of all answers. 0 closes the connection without an answer. */
  status = 200;
  /** Whether metrics and logs arrive. */
  arrives = true;
  dropped: Dropped[] = [];
  readonly started = Date.now() - 40 * 60_000;
  /** The trace behind the exemplars of prizes. */
  traceId = 'f'.repeat(32);
  /** The services that the charts show. */
  services = ['arcade', 'dice', 'prizes', 'visitors'];
  /** Number of exemplars at each time. */
  crowd = 1;
  /** A service of which no span has come in the newest intervals. */
  ended: { readonly service: string; readonly intervals: number } | undefined;
  /** Paths with their queries, in the order of the requests. */
  readonly asked: string[] = [];
  records: LogRecord[] = [];

  answer(url: URL, traceOf: (id: string) => TraceOfPage | undefined): Answer | undefined {
    const { pathname: path, searchParams: query } = url;
    const answer = this.#route(path, query, traceOf);
    if (answer) this.asked.push(path + url.search);
    if (!answer || this.status === 200) return answer;
    return { status: this.status, body: { error: 'The guide is starting. Try again in a moment.' } };
  }

  #route(path: string, query: URLSearchParams, traceOf: (id: string) => TraceOfPage | undefined): Answer | undefined {
    if (path === '/api/charts') return { body: this.charts() };
    if (path === '/api/metrics') return { body: this.instruments(query.get('service') ?? '') };
    if (path === '/api/metrics/otlp') return this.#otlp(query.get('name') ?? '');
    if (path === '/api/logs') return { body: this.logs(query) };
    const id = /^\/api\/explore\/traces\/([0-9a-f]{32})$/.exec(path)?.[1];
    return id === undefined ? undefined : this.#trace(traceOf(id));
  }

  #times(): number[] {
    const end = Math.floor(Date.now() / STEP) * STEP;
    return Array.from({ length: INTERVALS }, (_none, at) => end - (INTERVALS - 1 - at) * STEP);
  }

  #state(signal: SignalState['signal']): SignalState {
    return {
      signal,
      source: 'memory',
      bytes: 812_000,
      limit: 3_145_728,
      since: this.started,
      dropped: this.dropped.filter((one) => one.signal === signal),
      ...(this.arrives && { latest: Date.now() - 3_000 }),
    };
  }

  charts(): Charts {
    const times = this.#times();
    const services = this.arrives ? this.services.map((service) => this.#service(service, times)) : [];
    return { times, step: STEP, window: 2 * STEP, services, state: this.#state('metrics') };
  }

  #service(service: string, times: readonly number[]): ServiceCharts {
    const fails = service === 'prizes';
    const isFaulty = (at: number) => fails && at >= INTERVALS - FAULTY;
    const values = (make: (at: number) => number) => times.map((_time, at) => (at < 6 ? null : make(at)));
    const last = INTERVALS - 1 - (this.ended?.service === service ? this.ended.intervals : 0);
    const latency = (make: (at: number) => number) => values(make).map((value, at) => (at > last ? null : value));
    return {
      service,
      counted: service === 'visitors' ? 'internal' : 'server',
      ...(last < INTERVALS - 1 && { ended: times[last] ?? 0 }),
      requests: values((at) => (at > last ? 0 : 0.5 + noise(at + service.length) * 0.2)),
      errors: fails
        ? ['400', '500', 'error'].map((status, row) => ({
            status,
            values: values((at) => (isFaulty(at) ? noise(at * (row + 2)) * 0.12 : 0)),
          }))
        : [],
      latency: {
        p50: latency((at) => 3 + noise(at) * 2),
        p95: latency((at) => (isFaulty(at) ? 420 : 12) + noise(at + 1) * 9),
        p99: latency((at) => (isFaulty(at) ? 610 : 22) + noise(at + 2) * 40),
      },
      exemplars: times.slice(6).flatMap((time, at) => this.#exemplar(service, time, isFaulty(at + 6), at)),
    };
  }

  #exemplar(service: string, time: number, isFaulty: boolean, at: number): ServiceCharts['exemplars'] {
    if (at % 3 !== 0) return [];
    const isError = isFaulty && at % 2 === 0;
    // The newest exemplar of prizes has a trace that exists.
    const traceId = service === 'prizes' && isFaulty ? this.traceId : `${service.length}${at}`.padStart(32, 'e');
    return Array.from({ length: this.crowd }, (_, index) => ({
      time: time - 4_000 + index * 10,
      value: isFaulty ? 540 + at : 4 + at / 4,
      traceId,
      spanId: `${index > 0 ? index : ''}${service.length}${at}`.padStart(16, 'b'),
      attributes: { 'http.route': '/' },
      isError,
    }));
  }

  instruments(service: string): Instruments {
    const times = this.#times();
    const instruments = service === 'dice' && this.arrives ? instrumentsOfDice(times, this.traceId) : [];
    const services = this.arrives ? this.services : [];
    return { times, step: STEP, instruments, services, state: this.#state('metrics') };
  }

  #otlp(name: string): Answer {
    const found = instrumentsOfDice(this.#times(), this.traceId).find((one) => one.name === name);
    if (!found) return { status: 404, body: { error: `expected an export of ${name}, found none` } };
    const { scope, description, unit } = found;
    const metrics = [
      { name, description, unit, sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints: [] } },
    ];
    return { body: { resourceMetrics: [{ resource: {}, scopeMetrics: [{ scope: { name: scope }, metrics }] }] } };
  }

  /** Adds a log record, which the page reads with its next request. */
  log(record: Partial<LogRecord> = {}): LogRecord {
    const id = (this.records.at(-1)?.id ?? 0) + 1;
    const severity = record.severity ?? 'info';
    const added: LogRecord = {
      id,
      time: Date.now(),
      service: 'dice',
      scope: '@opentelemetry/instrumentation-pino',
      severity,
      severityText: severity.toUpperCase(),
      body: `rolled ${(id % 6) + 1}`,
      attributes: { 'roll.value': (id % 6) + 1 },
      resource: { 'service.name': record.service ?? 'dice', 'service.version': '0.2.0' },
      ...record,
    };
    this.records.push(added);
    return added;
  }

  logs(query: URLSearchParams): Logs {
    const found = this.records.filter((record) => matches(record, query)).slice(-Number(query.get('limit') ?? 500));
    return {
      records: found,
      last: this.records.at(-1)?.id ?? 0,
      services: [...new Set(this.records.map(({ service }) => service))].sort(),
      state: this.#state('logs'),
    };
  }

  #trace(trace: TraceOfPage | undefined): Answer {
    if (!trace) return { status: 204, body: undefined };
    const logs = this.records
      .filter(({ traceId }) => traceId === trace.traceId)
      .sort((one, other) => one.time - other.time);
    return { body: { ...trace, logs } satisfies TraceWithLogs };
  }

  /** Adds log records to the spans of a trace: two to the last one, one to each other, and one to none of them. */
  logTrace({ traceId, roots, start }: TraceOfPage): void {
    const spans = flat(roots);
    for (const span of [...spans, ...spans.slice(-1)])
      this.log({
        traceId,
        spanId: span.spanId,
        service: span.service,
        time: span.start + span.duration / 2,
        severity: span.status.code === 'error' ? 'error' : 'info',
        body: `${span.service} handles ${span.name}`,
      });
    this.log({
      traceId,
      spanId: '0'.repeat(15) + '1',
      time: start + 31,
      body: 'a line of a span that is not in the trace',
      severity: 'warn',
    });
  }
}

function matches(record: LogRecord, query: URLSearchParams): boolean {
  const least = severities.indexOf((query.get('severity') ?? 'trace') as Severity);
  const text = (query.get('text') ?? '').toLowerCase();
  return (
    record.id > Number(query.get('after') ?? 0) &&
    [record.service, ''].includes(query.get('service') ?? '') &&
    (severities.indexOf(record.severity) >= least || least <= 0) &&
    `${record.body} ${JSON.stringify(record.attributes)}`.toLowerCase().includes(text)
  );
}

const flat = (spans: readonly SpanOfPage[]): SpanOfPage[] => spans.flatMap((span) => [span, ...flat(span.children)]);

function instrumentsOfDice(times: readonly number[], traceId: string): Instrument[] {
  const rising = (each: number) => times.map((_time, at) => Math.floor(at * each));
  const exemplar: Exemplar = {
    time: (times.at(-2) ?? 0) + 1,
    value: 1,
    traceId,
    spanId: 'b'.repeat(16),
    attributes: {},
  };
  const base = { service: 'dice', scope: 'dice' };
  return [
    {
      ...base,
      name: 'dice.rolls',
      kind: 'counter',
      unit: '{roll}',
      description: 'How often each number was rolled.',
      series: [1, 2, 3, 4, 5, 6].map((value) => ({
        attributes: { 'roll.value': value },
        values: rising(0.4 + value / 10),
        exemplars: value === 6 ? [exemplar] : [],
      })),
    },
    {
      ...base,
      name: 'dice.roll.duration',
      kind: 'histogram',
      unit: 'ms',
      description: 'How long a roll takes.',
      series: [
        {
          attributes: {},
          values: rising(3),
          sums: rising(21),
          bounds: [1, 5, 10, 50, 100],
          buckets: [12, 80, 60, 20, 4, 1],
          exemplars: [exemplar],
        },
      ],
    },
    {
      ...base,
      name: 'dice.players',
      kind: 'up-down counter',
      unit: '{player}',
      description: '',
      series: [{ attributes: {}, values: times.map((_time, at) => Math.round(noise(at) * 4)), exemplars: [] }],
    },
    {
      ...base,
      scope: '@opentelemetry/instrumentation-runtime-node',
      name: 'nodejs.eventloop.utilization',
      kind: 'gauge',
      unit: '1',
      description: 'Event loop utilization',
      series: [{ attributes: {}, values: times.map((_time, at) => noise(at) / 5), exemplars: [] }],
    },
  ];
}
