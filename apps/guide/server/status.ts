// What the guide can say about the lab: which parts answer, and whether Jaeger has its user interface.
import { call } from '../../../support/http.ts';
import { accepts } from '../../../support/tcp.ts';

export interface Backend {
  name: string;
  url: string;
  answers: boolean;
}

/** Whether each part takes connections; nothing is requested of it, so that asking leaves no traces. */
export function statusOf(parts: { name: string; url: string }[]): Promise<Backend[]> {
  return Promise.all(parts.map(async ({ name, url }) => ({ name, url, answers: await accepts(url) })));
}

const memory = 30_000; // ms

/** Whether the Jaeger at `base` serves its real UI: a build without its files answers with a placeholder page. */
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
