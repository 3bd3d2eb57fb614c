// Reports which apps and backends of the lab answer, and whether Jaeger has its UI.
import { call } from '../../../support/http.ts';
import { accepts } from '../../../support/ports.ts';

/** An app or a backend of the lab, and its URL. */
export interface Target {
  readonly name: string;
  readonly url: string;
}

export interface TargetStatus extends Target {
  readonly answers: boolean;
}

/** Tests which parts of the lab accept TCP connections. It sends no HTTP request, so it makes no traces. */
export function statusOf(parts: readonly Target[]): Promise<TargetStatus[]> {
  return Promise.all(parts.map(async ({ name, url }) => ({ name, url, answers: await accepts(url) })));
}

const memory = 30_000; // ms for which an answer counts

/**
 * Returns a function that tests whether the Jaeger at `base` serves its UI. A Jaeger that was built without the UI's
 * files serves a placeholder page.
 */
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
