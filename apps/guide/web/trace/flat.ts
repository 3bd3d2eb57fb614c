// Turns a trace into rows, one for each span, with the span's depth and the position of its bar.
import { ATTR_K8S_POD_NAME } from '@opentelemetry/semantic-conventions';
import type { SpanOfPage, TraceOfPage } from '../../contract.ts';

export interface Row {
  span: SpanOfPage;
  depth: number;
  /** Start of the bar on a scale from 0 to 1000, which is the duration of the whole trace. */
  from: number;
  width: number;
}

/** Smallest width of a bar on the scale from 0 to 1000, so that every bar is visible. */
const narrowest = 4;

/** What the waterfall draws of a trace. */
export type DrawnTrace = Pick<TraceOfPage, 'start' | 'duration' | 'roots'>;

export function rowsOf({ roots, start, duration }: DrawnTrace): Row[] {
  const scale = duration > 0 ? 1000 / duration : 0;
  const rows = (spans: readonly SpanOfPage[], depth: number): Row[] =>
    spans.flatMap((span) => {
      const width = Math.min(1000, Math.max(span.duration * scale, narrowest));
      return [
        { span, depth, from: Math.max(0, Math.min((span.start - start) * scale, 1000 - width)), width },
        ...rows(span.children, depth + 1),
      ];
    });
  return rows(roots, 0);
}

/** Returns whether a trace is complete: it has one root, and this root refers to no missing parent. */
export function isWhole({ roots }: TraceOfPage): boolean {
  return roots.length === 1 && roots.every(({ orphan }) => !orphan);
}

/**
 * Returns whether all spans of `service` in the trace come from pods other than `pod`, the new pod. Just after a new
 * pod is ready, the old pod may still answer, and its spans do not show the new code.
 */
export function isFromAnother(trace: TraceOfPage, service: string, pod: string): boolean {
  const pods = rowsOf(trace)
    .filter(({ span }) => span.service === service)
    .map(({ span }) => span.resource[ATTR_K8S_POD_NAME])
    .filter((name) => name !== undefined);
  return pods.length > 0 && !pods.includes(pod);
}

export function inWords(milliseconds: number): string {
  if (milliseconds < 0.1) return `${Number(milliseconds.toPrecision(2))} ms`;
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(2)} s`;
  return `${milliseconds < 10 ? milliseconds.toFixed(2) : milliseconds.toFixed(1)} ms`;
}
