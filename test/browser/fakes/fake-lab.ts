// The lab behind the fake guide: files with a version, a dice that starts or fails after a delay, and traces.
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type {
  CourseOverview,
  Fault,
  FileName,
  KeptFile,
  Files,
  LogLine,
  PodState,
  SeenStep,
  Shared,
  SharedVersion,
  Step,
  TraceOfPage,
  Verdict,
  VersionedFiles,
  PipelineHop,
} from '../../../apps/guide/contract.ts';
import type { Learnt } from '../../../apps/guide/server/learnt.ts';
import type { Span, Trace } from '../../../otlp/traces.ts';
import { files as startFiles, steps } from './fake-course.ts';
import {
  contextTrace,
  rollTrace,
  roundTrace,
  servedTrace,
  visitTrace,
} from '../../../apps/guide/web/testing/fake-trace.ts';

const works: PipelineHop[] = [
  {
    signal: 'traces',
    name: 'sdk',
    ok: true,
    says: 'INSTRUMENTATION is auto; 212 spans were made, the latest 3 s ago.',
  },
  {
    signal: 'traces',
    name: 'exporter',
    ok: true,
    says: '212 spans were sent by OTLP to http://lab-collector:4318, none failed.',
  },
  { signal: 'traces', name: 'collector', ok: true, says: '212 spans came from dice and left to Jaeger; no queue.' },
  { signal: 'traces', name: 'jaeger', ok: true, says: 'It answers, and its latest trace of dice is 3 s old.' },
  ...(['metrics', 'logs'] as const).flatMap((signal): PipelineHop[] => [
    { signal, name: 'sdk', ok: true, says: 'INSTRUMENTATION is auto: what the libraries make, and what app.ts makes.' },
    { signal, name: 'exporter', ok: true, says: 'sends by OTLP to http://lab-collector:4318, and reports no trouble.' },
    { signal, name: 'collector', ok: true, says: `takes ${signal} at http://lab-collector:4318.` },
    { signal, name: 'guide', ok: true, says: 'has what it has just sent through the Collector.' },
  ]),
  {
    signal: 'charts',
    name: 'collector',
    ok: true,
    says: 'makes the figures for the charts of the spans that it takes.',
  },
  { signal: 'charts', name: 'guide', ok: true, says: 'gets the figures for the charts.' },
];

/** Returns a trace in the form in which the server reads it from Jaeger. */
export function asTrace(trace: TraceOfPage): Trace {
  const roots = trace.roots as Span[];
  const flat = (spans: Span[]): Span[] => spans.flatMap((span) => [span, ...flat(span.children)]);
  return { ...trace, roots, spans: flat(roots) };
}

const FIRST_LINE = '{"level":30,"msg":"a first line"}';

export class FakeLab {
  editing = true;
  kept: KeptFile[] = [];
  perMinute = 0;

  /** The delay until a new pod has started or a trace has arrived, in milliseconds. */
  delay = 150;
  hops = works;
  /** Why the terminal can't start. */
  terminalProblem: string | undefined;
  /** Whether Jaeger receives dice's spans. */
  diceSends = true;
  /** Whether dice ignores the caller's trace context, so that its spans form a separate trace. */
  diceBegins = false;
  /** The services that begin a trace of their own in a request to /server_request. */
  apart: ('dice' | 'prizes')[] = [];
  /** Whether there is something to advise on the telemetry of dice. */
  hasFindings = false;
  /** The number of requests that the old pod still answers after a Run. */
  stale = 0;
  /** The verdicts that the next checks return, in order, before the usual verdict. */
  verdicts: Verdict[] = [];
  faults: Fault[] = [
    { name: 'spike', title: 'A spike of 400s and 500s', on: false },
    { name: 'timeouts', title: 'Rounds that time out at 500 ms', on: false },
  ];
  files: Files = { ...startFiles };
  #version = 1;
  #steps: Step[] = steps();
  readonly #traces = new Map<string, { trace: TraceOfPage; from: number }>();
  readonly #listeners = new Set<ServerResponse>();
  readonly #versions = new Map<Shared, number>();
  #pod: PodState = { component: 'dice', pod: 'lab-dice-1', phase: 'running' };
  #pods = 1;

  course(): CourseOverview {
    return {
      passed: this.#steps.filter(({ state }) => state === 'passed').length,
      total: this.#steps.length,
      editing: this.editing,
      steps: this.#steps,
    };
  }

  step(id: string): Step | undefined {
    return this.#steps.find((step) => step.id === id);
  }

  begin(id: string, verb: string): Step | undefined {
    const step = this.step(id);
    if (step) Object.assign(step, { state: 'started', startedAt: new Date().toISOString(), checked: undefined });
    if (step && id === '02-read-a-trace') Object.assign(step, { traceId: this.newTrace('round') });
    if (verb !== 'start') this.replace({ ...startFiles });
    this.#changed('progress');
    return step;
  }

  check(id: string, answers: Record<string, string> = {}, version = ''): Verdict {
    const verdict = this.verdicts.shift() ?? { passed: true, traceId: this.newTrace('round') };
    const step = this.step(id);
    if (step && verdict.passed) Object.assign(step, { state: 'passed', traceId: verdict.traceId });
    if (step && !('echo' in answers))
      Object.assign(step, { checked: { at: new Date().toISOString(), verdict, version } });
    this.#changed('progress');
    return 'echo' in answers
      ? {
          passed: false,
          hop: 'shape',
          finding: 'shape',
          expected: 'echo',
          found: JSON.stringify(answers),
          hint: 'Answer the questions.',
        }
      : verdict;
  }

  sawHints(id: string, hints: number): object {
    const step = this.step(id);
    if (step) Object.assign(step, { seen: { ...step.seen, hints } });
    return {};
  }

  resetAll(): CourseOverview {
    this.#steps = steps();
    this.replace({ ...startFiles });
    this.#changed('progress');
    return this.course();
  }

  setLoad(perMinute: number): { status?: number; body: unknown } {
    if (!Number.isInteger(perMinute) || perMinute < 0 || perMinute > 120)
      return { status: 400, body: { error: `expected perMinute from 0 to 120, found ${perMinute}` } };
    this.perMinute = perMinute;
    this.#changed('load');
    return { body: { perMinute } };
  }

  setFault(name: string, on: boolean): Fault[] {
    this.faults = this.faults.map((fault) => (fault.name === name ? { ...fault, on } : fault));
    this.#changed('faults');
    return this.faults;
  }

  versioned(): VersionedFiles {
    return { version: String(this.#version), files: this.files };
  }

  /**
   * Changes files as another person would, for example with kubectl.
   * @param told whether the open pages hear of it
   */
  edit(changed: Partial<Files>, told = true): void {
    this.files = { ...this.files, ...changed };
    this.#version += 1;
    if (told) this.#changed('files');
  }

  /** Replaces files as a reset does, and restarts dice. */
  replace(changed: Partial<Files>): void {
    this.edit(changed);
    this.#restart('dice');
  }

  /** Tells the open pages that something has changed. */
  #changed(subject: Shared): void {
    this.#versions.set(subject, (this.#versions.get(subject) ?? 0) + 1);
    this.#send('version', this.#versionOf(subject));
  }

  #versionOf(subject: Shared): SharedVersion {
    return { subject, version: String(this.#versions.get(subject) ?? 0) };
  }

  save({ version, files }: VersionedFiles): { status?: number; body: unknown } {
    if (version !== String(this.#version))
      return { status: 409, body: { error: 'the files were changed since', ...this.versioned() } };
    const changed = (Object.keys(files) as FileName[]).filter((name) => files[name] !== this.files[name]);
    if (changed.length === 0) return { body: { version, restarted: [] } };
    this.edit(files);
    const component = changed.every((name) => name === 'collector.yaml') ? 'collector' : 'dice';
    this.#restart(component);
    return { body: { version: String(this.#version), restarted: [component] } };
  }

  #restart(component: PodState['component']): void {
    const pod = `lab-${component}-${++this.#pods}`;
    this.#tell({ component, pod, phase: 'starting' });
    setTimeout(() => this.#tell(this.#outcome(component, pod)), this.delay);
  }

  /** Decides whether the new pod starts or fails: a line with `oops` is an error in the learner's code. */
  #outcome(component: PodState['component'], pod: string): PodState {
    const line = this.files['app.ts'].split('\n').findIndex((text) => text.includes('oops')) + 1;
    if (component === 'dice' && line > 0) {
      this.log({ component, pod, line: `/app/dice/app.ts:${line}` });
      return { component, pod, phase: 'failed', message: "Expected ';', found 'oops'", line };
    }
    this.log({ component, pod, line: '{"level":30,"time":1795363200000,"msg":"listening on 8080"}' });
    return { component, pod, phase: 'running' };
  }

  #tell(state: PodState): void {
    if (state.component === 'dice') this.#pod = state;
    this.#send('state', state);
  }

  log(line: LogLine): void {
    this.#send('log', line);
  }

  /** Tells the open pages what the learner's requests show of a step. */
  see(seen: SeenStep): void {
    this.#send('seen', seen);
  }

  #send(event: string, data: object): void {
    for (const listener of this.#listeners) listener.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  stream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(`event: state\ndata: ${JSON.stringify(this.#pod)}\n\n`);
    response.write(
      `event: log\ndata: ${JSON.stringify({ component: 'dice', pod: this.#pod.pod, line: FIRST_LINE })}\n\n`,
    );
    for (const subject of ['files', 'progress', 'faults', 'load'] as const)
      response.write(`event: version\ndata: ${JSON.stringify(this.#versionOf(subject))}\n\n`);
    this.#listeners.add(response);
    response.once('close', () => this.#listeners.delete(response));
  }

  /** The number of browser pages that receive events now. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** Adds a trace to the fake Jaeger after `delay`. @returns its id */
  newTrace(what: string): string {
    const id = randomBytes(16).toString('hex');
    const trace = this.#traceOf(id, what.split('?')[0] ?? what);
    this.#traces.set(id, { trace, from: Date.now() + this.delay });
    if (this.diceBegins)
      this.#traces.set('d'.repeat(32), { trace: rollTrace('d'.repeat(32), this.#pod.pod), from: Date.now() });
    return id;
  }

  #traceOf(id: string, path: string): TraceOfPage {
    if (path === 'round') return roundTrace(id);
    if (path !== '/server_request') return visitTrace(id, path, this.#answering());
    for (const service of this.apart) {
      const own = randomBytes(16).toString('hex');
      this.#traces.set(own, { trace: servedTrace(own, service, this.#pod.pod), from: Date.now() + this.delay });
    }
    return this.apart.length > 0 ? visitTrace(id, path) : contextTrace(id, this.#pod.pod);
  }

  /** Lets the spans of dice arrive that are missing in the trace of a visit. */
  join(): void {
    for (const [id, { trace, from }] of this.#traces)
      if (!trace.services.includes('dice'))
        this.#traces.set(id, { trace: visitTrace(id, '/visit', this.#pod.pod), from });
  }

  #answering(): string | undefined {
    if (!this.diceSends || this.diceBegins) return undefined;
    return this.stale-- > 0 ? 'lab-dice-before' : this.#pod.pod;
  }

  trace(id: string): TraceOfPage | undefined {
    const known = this.#traces.get(id);
    return known && known.from <= Date.now() ? known.trace : undefined;
  }

  /** Returns the newest trace that holds only the service's spans, if there is one. */
  begunBy(service: string): TraceOfPage[] {
    const arrived = [...this.#traces.values()].filter(({ from }) => from <= Date.now()).map(({ trace }) => trace);
    return arrived.filter(({ services }) => services.join() === service).slice(-1);
  }

  traces(): TraceOfPage[] {
    return [...this.#traces.values()].map(({ trace }) => trace);
  }

  /** Returns what the learner has learnt. Each step that has passed has a trace. */
  learnt(): Learnt {
    const step = this.#steps.findLast(({ state }) => state === 'passed');
    const trace = this.trace(step?.traceId ?? '');
    const best = step && trace && { step, trace: asTrace(trace) };
    return { steps: this.#steps, best, missing: best ? undefined : 'Jaeger no longer has any of the traces.' };
  }

  /** Deletes all traces, as a restart of Jaeger does, because Jaeger stores them in memory. */
  forgetTraces(): void {
    this.#traces.clear();
  }

  stop(): void {
    for (const listener of this.#listeners) listener.end();
  }
}
