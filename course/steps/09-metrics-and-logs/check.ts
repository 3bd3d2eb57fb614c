// The check of step 9. It passes if the Collector's log shows a counter and a histogram of dice, and dice's log has a
// line with the ids of its trace and span.
import { passed, wrong } from '../../engine/check.ts';
import type { Check, LabView, Verdict } from '../../engine/check.ts';

export const check: Check = (lab) =>
  lab.settle(async () => {
    for (let rolls = 0; rolls < 3; rolls += 1) await lab.ask('/rolldice');
    return (await troubleWithMetrics(lab)) ?? troubleWithLog(lab);
  });

type Kind = 'sum' | 'histogram' | 'other';

/** Returns the kind of a metric. A sum that can decrease is no counter. */
function kindOf(type: string, monotonic: string | undefined): Kind {
  if (type === 'Histogram') return 'histogram';
  return type === 'Sum' && monotonic !== 'false' ? 'sum' : 'other';
}

/**
 * Finds the metrics in the debug exporter's log. With verbosity detailed it prints several lines for a metric, and with
 * verbosity normal one line for each data point.
 */
function metricsIn(log: string): Map<string, Kind> {
  const metrics = new Map<string, Kind>();
  for (const [, name = '', type = '', monotonic] of log.matchAll(
    /-> Name: (\S+)(?:\n\s+->(?! DataType).*)*\n\s+-> DataType: (\w+)(?:\n\s+-> IsMonotonic: (\w+))?/g,
  )) {
    metrics.set(name, kindOf(type, monotonic));
  }
  for (const [, name = '', values = ''] of log.matchAll(/^(dice\.[\w.]+)(?:\{.*\})? (.+)$/gm)) {
    metrics.set(name, /\bcount=/.test(values) ? 'histogram' : 'sum');
  }
  return metrics;
}

async function troubleWithMetrics(lab: LabView): Promise<Verdict | undefined> {
  let seen = new Map<string, Kind>();
  const right = await lab.eventually(async () => {
    seen = metricsIn(await lab.collectorLog());
    return (seen.get('dice.rolls') === 'sum' && seen.get('dice.roll.value') === 'histogram') || undefined;
  }, 7_000);
  if (right) return undefined;
  const found =
    [...seen]
      .filter(([name]) => name.startsWith('dice'))
      .map(([name, kind]) => `${name} (${kind})`)
      .join(', ') || "no metric of that name in the Collector's log";
  const hint =
    seen.size === 0
      ? 'Does collector.yaml set exporters.debug.verbosity to detailed? ' +
        'And metrics leave each OTEL_METRIC_EXPORT_INTERVAL: ' +
        'set it to 2000 in settings.env, so that you need not wait.'
      : "meter.createCounter('dice.rolls') with add(1), meter.createHistogram('dice.roll.value') with " +
        "record(result), meter from metrics.getMeter('dice').";
  return wrong('the counter dice.rolls and the histogram dice.roll.value at the Collector', found, hint);
}

async function troubleWithLog(lab: LabView): Promise<Verdict | undefined> {
  const word = `find-me-${lab.now().toString(36)}`;
  const { traceId } = await lab.ask(`/server_request?param=${word}`);
  const line = await lab.eventually(
    async () => (await lab.podLog('dice')).split('\n').find((text) => text.includes(word)),
    2_000,
  );
  if (line === undefined)
    return wrong(
      "the parameter of /server_request in dice's log",
      'no such line',
      "log.info(request.query.param), as the deck's print does.",
    );
  const ids = idsIn(line);
  if (!ids)
    return wrong(
      'trace_id and span_id in the log line',
      line.slice(0, 200),
      'pino takes a mixin: pino({ mixin }), whose result is added to each line. ' +
        'Give it the ids of trace.getActiveSpan()?.spanContext().',
      traceId,
    );
  const span = await lab.eventually(
    async () =>
      (await lab.trace(ids.trace))?.spans.find(({ spanId, service }) => service === 'dice' && spanId === ids.span),
    2_500,
  );
  if (!span)
    return wrong(
      'the span that the log line names',
      `no span ${ids.span} of dice in trace ${ids.trace}`,
      'Take both ids from the span that is active while the line is written, and end that span.',
      traceId,
    );
  if (ids.trace !== traceId)
    return wrong(
      "the log line in the caller's trace",
      'it in a trace of its own',
      "The step before: extract the caller's context from the headers.",
      ids.trace,
    );
  return passed(traceId);
}

/**
 * Finds the trace id and the span id in a line of the log. The line is JSON, and both fields may have any of their
 * usual names.
 */
function idsIn(line: string): { trace: string; span: string } | undefined {
  const trace = /"trace[_.]?id"\s*:\s*"([0-9a-f]{32})"/i.exec(line)?.[1];
  const span = /"span[_.]?id"\s*:\s*"([0-9a-f]{16})"/i.exec(line)?.[1];
  return trace && span ? { trace, span } : undefined;
}
