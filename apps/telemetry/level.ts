// The deck's ladder: how much of a component's telemetry is switched on. One value, INSTRUMENTATION, no rebuild.

export const levels = ['none', 'auto', 'manual'] as const;
export type Level = (typeof levels)[number];

/**
 * none: the SDK is not even loaded. auto: SDK and instrumentation libraries. manual: SDK and hand-written spans only.
 * @throws when the value is none of the three; an absent value means `none`.
 */
export function parseLevel(value: string | undefined): Level {
  const wanted = value?.trim() || 'none';
  const level = levels.find((known) => known === wanted);
  if (!level) throw new Error(`INSTRUMENTATION is "${wanted}": expected one of ${levels.join(', ')}`);
  return level;
}
