// A trace as rows: each span with how deep it is, and where its bar goes.
import { ATTR_K8S_POD_NAME } from '@opentelemetry/semantic-conventions';
import type { SpanOfPage, TraceOfPage } from '../../contract.ts';

export interface Row {
  span: SpanOfPage;
  depth: number;
  /** Of the whole trace, 0 to 1000. */
  from: number;
  width: number;
}

/** The narrowest bar that can be seen. */
const narrowest = 4;

export function rowsOf({ roots, start, duration }: TraceOfPage): Row[] {
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

/** Whether spans are still missing: a trace is whole when it has one root and no span without its parent. */
export function isWhole({ roots }: TraceOfPage): boolean {
  return roots.length === 1 && roots.every(({ orphan }) => !orphan);
}

/**
 * Whether spans of this service come from other pods only. For a moment after a new pod is ready, the one before it may still
 * be asked; what it sends says nothing of the new code.
 */
export function isFromAnother(trace: TraceOfPage, service: string, pod: string): boolean {
  const pods = rowsOf(trace)
    .filter(({ span }) => span.service === service)
    .map(({ span }) => span.resource[ATTR_K8S_POD_NAME])
    .filter((name) => name !== undefined);
  return pods.length > 0 && !pods.includes(pod);
}

export function inWords(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(2)} s`;
  return `${milliseconds < 10 ? milliseconds.toFixed(2) : milliseconds.toFixed(1)} ms`;
}
