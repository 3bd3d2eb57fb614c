// What each fault really hits, in this lab. It says the same as `truthOf` in apps/prizes/faults.ts, which is to stand here by itself
// (`export { truthOf } from '../../prizes/faults.ts'`) as soon as both are in one branch.
import { createHash } from 'node:crypto';

const running = [{ version: '1.4.0', pool: 'blue' }, { version: '2.0.0', pool: 'green' }];
const clients = ['3.1.0', '3.2.0'];
const plugins = ['ad-blocker/1.62', 'coupon-finder/7.1', 'dark-reader/4.9'];

export interface Truth {
  readonly spike: { readonly version: string; readonly client: string };
  readonly timeouts: { readonly version: string; readonly pool: string; readonly plugin: string };
}

/** @param lab what tells labs apart: the release and its namespace */
export function truthOf(lab: { readonly release: string; readonly namespace: string }): Truth {
  const bytes = createHash('sha256').update(`${lab.namespace}/${lab.release}`).digest();
  const pick = <T>(of: readonly T[], index: number): T => of[(bytes[index] ?? 0) % of.length] as T;
  return { spike: { version: pick(running, 0).version, client: pick(clients, 1) }, timeouts: { ...pick(running, 2), plugin: pick(plugins, 3) } };
}
