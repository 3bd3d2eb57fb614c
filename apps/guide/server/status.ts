// The status of the lab: which parts answer, and whether Jaeger has its user interface.
import { call } from '../../../support/http.ts';
import { accepts } from '../../../support/ports.ts';

/** A part of the lab, and where it listens. */
export interface Target {
  readonly name: string;
  readonly url: string;
}

export interface TargetStatus extends Target {
  readonly answers: boolean;
}

/** Tests whether each part takes connections. It sends no request, so it makes no traces. */
export function statusOf(parts: readonly Target[]): Promise<TargetStatus[]> {
  return Promise.all(parts.map(async ({ name, url }) => ({ name, url, answers: await accepts(url) })));
}

const memory = 30_000; // ms for which an answer counts

/** Tests whether the Jaeger at `base` serves its real UI. A build without the UI's files serves a placeholder page. */
export function jaegerUi(base: string, now: () => number = Date.now): () => Promise<boolean> {
  let known = { has: false, until: 0 };
  return async () => {
    if (now() < known.until) return known.has;
    try {
      const { body } = await call(`${base}/`, { signal: AbortSignal.timeout(2_000) });
      known = { has: body.includes('jaeger-ui-root'), until: now() + memory };
      return known.has;
    } catch {
      return false;
    }
  };
}
