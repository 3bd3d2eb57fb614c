// Reads which versions the lab has of what several pages and terminals share: the learner's files, the progress, the
// faults and the load.
import type { Shared } from '../contract.ts';
import type { Kube } from './kube.ts';

/** The ConfigMaps that hold what is shared, by the part of their name after the release. */
const CONFIG_MAPS = { files: 'dice', progress: 'progress', faults: 'faults' } as const;

/**
 * Returns the versions. It leaves out a ConfigMap that can't be read just now.
 * @param load the rounds a minute that the guide plays
 */
export async function sharedVersions(kube: Kube, release: string, load: number): Promise<Map<Shared, string>> {
  const read = Object.entries(CONFIG_MAPS).map(async ([subject, name]): Promise<[Shared, string] | undefined> => {
    const map = await kube.configMap(`${release}-${name}`).catch(() => undefined);
    return map && [subject as Shared, map.metadata.resourceVersion ?? ''];
  });
  const found = (await Promise.all(read)).filter((entry) => entry !== undefined);
  return new Map([...found, ['load', String(load)]]);
}
