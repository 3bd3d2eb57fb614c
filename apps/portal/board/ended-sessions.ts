// The sessions of instructors that ended before their time. A cookie can be copied, and nobody can take the copy back.
// So a ConfigMap names the sessions that were logged out, each until it would have ended anyway, and every portal
// watches it.
import { isConflict } from '../../../kubernetes/api.ts';
import type { HttpApi } from '../../../kubernetes/client.ts';
import { KINDS } from '../../../kubernetes/kinds.ts';
import { Reflector } from '../../../kubernetes/reflector.ts';
import type { ConfigMap } from '../../../kubernetes/types.ts';
import { ObjectCache } from '../object-cache.ts';
import type { BoardSession } from './session.ts';

/** What names a session. */
type SessionId = Pick<BoardSession, 'id' | 'until'>;
type Data = Readonly<Record<string, string>>;

export interface EndedSessionsOptions {
  readonly api: Pick<HttpApi, 'get' | 'mergePatch'>;
  /** The ConfigMap, which the chart makes without data. */
  readonly configMap: { readonly name: string; readonly namespace: string };
}

/**
 * Sessions that the ConfigMap names at most. If there are more, those that end first are left out, and `ALL` says that
 * every session ends that does not last longer than they do. So no session becomes valid again.
 */
const MOST = 200;
/** A key that no id is like. */
const ALL = 'all-until';
/** How often a write is tried while another portal changes the ConfigMap. */
const ATTEMPTS = 5;

export class EndedSessions {
  /** The ConfigMap as this portal knows it. */
  readonly cache = new ObjectCache<ConfigMap>(KINDS.ConfigMap);
  readonly #options: EndedSessionsOptions;

  constructor(options: EndedSessionsOptions) {
    this.#options = options;
  }

  /** Keeps the list up to date until the signal is aborted. */
  async follow(api: HttpApi, signal: AbortSignal, log?: { warn(fields: object, message: string): void }) {
    const { name, namespace } = this.#options.configMap;
    const select = { namespace, fieldSelector: `metadata.name=${name}` };
    await new Reflector({ api, store: this.cache, select, ...(log && { log }) }).run(signal);
  }

  has({ id, until }: SessionId): boolean {
    const { name, namespace } = this.#options.configMap;
    const { data = {} } = this.cache.get(`${namespace}/${name}`) ?? {};
    return Object.hasOwn(data, id) || until <= Number(data[ALL] ?? 0);
  }

  /**
   * Ends a session at all portals.
   * @param now milliseconds since 1970
   * @throws ApiError, a connection error, or Error if there is no ConfigMap
   */
  async end(session: SessionId, now: number): Promise<void> {
    const { api, configMap } = this.#options;
    for (let attempt = 1; ; attempt++) {
      const { metadata, data = {} } = await this.#read();
      const patch = { metadata: { resourceVersion: metadata.resourceVersion }, data: changeOf(data, session, now) };
      try {
        return this.cache.upsert(await api.mergePatch<ConfigMap>(KINDS.ConfigMap, configMap, patch));
      } catch (error) {
        if (!isConflict(error) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  async #read(): Promise<ConfigMap> {
    const { api, configMap } = this.#options;
    const found = await api.get<ConfigMap>(KINDS.ConfigMap, configMap.name, configMap.namespace);
    if (found) return found;
    throw new Error(`Expected the ConfigMap ${configMap.name}, found none. Restore it with helm upgrade.`);
  }
}

/** Returns what to write: the session, and `null` for those that need no entry any more. */
function changeOf(data: Data, { id, until }: SessionId, now: number): Record<string, string | null> {
  const entries = Object.entries(data).filter(([key]) => key !== ALL);
  const live = entries.filter(([, end]) => Number(end) > now).sort(([, one], [, other]) => Number(one) - Number(other));
  const surplus = live.slice(0, Math.max(0, live.length + 1 - MOST));
  const removed = [...entries.filter((entry) => !live.includes(entry)), ...surplus];
  const last = surplus.at(-1);
  return {
    ...Object.fromEntries(removed.map(([key]) => [key, null])),
    ...(last && { [ALL]: String(Math.max(Number(data[ALL] ?? 0), Number(last[1]))) }),
    [id]: String(until),
  };
}
