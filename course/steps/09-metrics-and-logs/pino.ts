// The step's code with a logger of pino, which adds the ids of the span to each line of the pod's log.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { edited } from '../../harness/check-harness.ts';

/** The call that emits a log record in the step's own solution. */
export const EMIT =
  "  log.emit({ severityNumber: SeverityNumber.INFO, severityText: 'INFO', body: request.query.param });\n";

/** The step's own solution, which emits a log record. */
export const own = readFileSync(join(import.meta.dirname, 'files', 'app.ts'), 'utf8');

export const app = edited(
  own,
  ["import express from 'express';", "import express from 'express';\nimport pino from 'pino';"],
  ["const log = logs.getLogger('dice');", 'const log = pino({ mixin: traceIds });'],
  ['  // The SDK adds the ids of the trace and of the active span.\n', ''],
  [EMIT, '  log.info(request.query.param);\n'],
  [
    'app.listen(',
    `// Log lines that can be found from the trace, and the trace from them.
function traceIds() {
  const span = trace.getActiveSpan()?.spanContext();
  return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
}

app.listen(`,
  ],
);
