// Whatever was thrown, as an Error: JavaScript lets one throw anything.
import { isNativeError } from 'node:util/types';

/** Never throws itself, and shows nothing of an object that was thrown, since there may be a secret in it. */
export function asError(thrown: unknown): Error {
  if (isNativeError(thrown) || thrown instanceof Error) return thrown;
  return new Error(`Expected an Error to be thrown, found ${described(thrown)}.`, { cause: thrown });
}

function described(thrown: unknown): string {
  if (typeof thrown === 'object' && thrown !== null) return 'an object';
  if (typeof thrown === 'function') return 'a function';
  return String(thrown);
}
