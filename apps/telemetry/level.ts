// The instrumentation level of an app. The variable INSTRUMENTATION sets it, without a rebuild of the image.

export const levels = ['none', 'auto', 'manual'] as const;
export type Level = (typeof levels)[number];

/**
 * Parses the value of INSTRUMENTATION. With `none`, the app loads no SDK. With `auto`, it loads the SDK and the
 * instrumentation libraries. With `manual`, it loads the SDK and creates only hand-written spans. A missing value means
 * `none`.
 * @throws Error for any other value
 */
export function parseLevel(value: string | undefined): Level {
  const wanted = value?.trim() || 'none';
  const level = levels.find((known) => known === wanted);
  if (!level) throw new Error(`INSTRUMENTATION is "${wanted}": expected one of ${levels.join(', ')}`);
  return level;
}
