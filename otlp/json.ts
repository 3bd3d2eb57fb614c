// Reads fields of parsed JSON that anybody may have sent. A field of another type counts as missing.
// https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding

export type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const objectIn = (value: unknown): JsonObject => (isObject(value) ? value : {});

export const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const objectsIn = (value: unknown): JsonObject[] => listIn(value).filter(isObject);

export const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Returns a number, or the number in a text: so OTLP JSON writes 64-bit integers. NaN and infinity are missing. */
export function numberIn(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** Returns the numbers in a list, with 0 in place of anything else. */
export const numbersIn = (value: unknown): number[] => listIn(value).map((one) => numberIn(one) ?? 0);

/** Returns a time in nanoseconds as milliseconds since the epoch. OTLP writes 0 if a time is unknown. */
export function timeIn(nanoseconds: unknown): number | undefined {
  const time = numberIn(nanoseconds);
  return time === undefined || time <= 0 ? undefined : Math.round(time / 1_000) / 1_000;
}

/** Returns an id in hexadecimal digits, in lower case, or undefined if the text is no such id or is all zeros. */
export function idIn(value: unknown, digits: 16 | 32): string | undefined {
  const id = textIn(value).toLowerCase();
  return id.length === digits && /^[0-9a-f]+$/.test(id) && !/^0+$/.test(id) ? id : undefined;
}
