// Turns anything that was thrown into an Error.
import { isNativeError } from 'node:util/types';

/** The thrown value as an Error. Never throws itself. Never prints an object, because it may hold a secret. */
export function asError(thrown: unknown): Error {
  if (isNativeError(thrown) || thrown instanceof Error) return thrown;
  return new Error(`Expected an Error to be thrown, found ${described(thrown)}.`, { cause: thrown });
}

function described(thrown: unknown): string {
  if (typeof thrown === 'object' && thrown !== null) return 'an object';
  if (typeof thrown === 'function') return 'a function';
  return String(thrown);
}
