// Estimates when the oldest trace started that Jaeger has. Jaeger counts no traces and returns the newest first. So
// this asks whether there is any before a time: first for steps that double, and then between the last two of them.

/** Bounds the work: after so many steps from a minute on, each twice as long, a year has passed. */
const STEPS = 20;
/** Each of these halves the error. */
const HALVINGS = 3;

/**
 * Returns about when the oldest trace started, at most `until`.
 * @param hasBefore returns whether there is a trace that started before a time
 * @param step how far the first step goes back, in milliseconds
 */
export async function oldestBefore(
  hasBefore: (time: number) => Promise<boolean>,
  until: number,
  step: number,
): Promise<number> {
  let [some, none, length] = [until, until, step];
  for (let at = 0; at < STEPS; at += 1) {
    none = some - length;
    if (none <= 0 || !(await hasBefore(none))) break;
    [some, length] = [none, length * 2];
  }
  for (let at = 0; at < HALVINGS; at += 1) {
    const middle = (some + none) / 2;
    if (await hasBefore(middle)) some = middle;
    else none = middle;
  }
  return (some + none) / 2;
}
