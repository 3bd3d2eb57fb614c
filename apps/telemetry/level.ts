// The level of instrumentation. One value, INSTRUMENTATION, sets it without a rebuild.

export const levels = ['none', 'auto', 'manual'] as const;
export type Level = (typeof levels)[number];

/**
 * Parses INSTRUMENTATION. `none` loads no SDK. `auto` loads the SDK and the instrumentation libraries. `manual` loads
 * the SDK, and only hand-written spans appear. An absent value means `none`.
 * @throws Error for any other value
 */
export function parseLevel(value: string | undefined): Level {
  const wanted = value?.trim() || 'none';
  const level = levels.find((known) => known === wanted);
  if (!level) throw new Error(`INSTRUMENTATION is "${wanted}": expected one of ${levels.join(', ')}`);
  return level;
}
