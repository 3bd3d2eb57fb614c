// Reads attributes and values of OTLP JSON. Spans, metrics and log records share them.
// https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding

import { listIn, numberIn, objectIn, objectsIn } from './json.ts';
import type { JsonObject } from './json.ts';

export type AttributeValue = string | number | boolean | null | AttributeValue[] | { [key: string]: AttributeValue };
export type Attributes = Record<string, AttributeValue>;

/** A value in OTLP JSON. One field is set. None is set for an empty value. */
export interface OtlpValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string | number;
  doubleValue?: number | string;
  bytesValue?: string;
  arrayValue?: { values?: OtlpValue[] };
  kvlistValue?: { values?: OtlpAttribute[] };
}

export interface OtlpAttribute {
  key: string;
  value?: OtlpValue;
}

/** How deep arrays and maps may nest. A deeper value is read as null. */
const DEEPEST = 16;

/**
 * Returns the attributes without those that Jaeger adds, such as `@jaeger@warnings`. Anybody can send attributes, so
 * this skips entries of other shapes instead of throwing.
 */
export function attributesOf(attributes: unknown = [], depth = 0): Attributes {
  return Object.fromEntries(
    objectsIn(attributes).flatMap(({ key, value }): [string, AttributeValue][] =>
      typeof key !== 'string' || key.startsWith('@jaeger@') ? [] : [[key, valueOf(value, depth)]],
    ),
  );
}

/** Returns a value of OTLP JSON, or null if it is empty, nests too deep, or has another shape. NaN stays a text. */
export function valueOf(value: unknown, depth = 0): AttributeValue {
  const { intValue, doubleValue, arrayValue, kvlistValue, ...scalar } = objectIn(value);
  if (depth > DEEPEST) return null;
  if (arrayValue !== undefined) return listIn(objectIn(arrayValue)['values']).map((one) => valueOf(one, depth + 1));
  if (kvlistValue !== undefined) return attributesOf(objectIn(kvlistValue)['values'], depth + 1);
  return numberIn(intValue ?? doubleValue) ?? noNumberIn(doubleValue) ?? scalarIn(scalar);
}

/** Returns the text by which OTLP JSON writes a double that JSON has no number for. */
const noNumberIn = (value: unknown): string | undefined =>
  value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? value : undefined;

const scalarIn = ({ stringValue, boolValue, bytesValue }: JsonObject): AttributeValue =>
  [stringValue, boolValue, bytesValue].find((one) => typeof one === 'string' || typeof one === 'boolean') ?? null;

/**
 * Returns a text that is equal for equal attributes. Attributes have no order: the Collector's k8sattributes adds its
 * own in another order each time.
 */
export const attributesKey = (attributes: Attributes): string =>
  JSON.stringify(attributes, (_key, value: AttributeValue) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? inOrder(value) : value,
  );

/**
 * Returns a text that is equal for what one process sends. The Collector may add attributes to its resource later, once
 * it knows the pod. So the pod's name identifies the process, if it has one.
 */
export function processKey(resource: Attributes): string {
  const { 'service.name': service = '', 'k8s.pod.name': pod } = resource;
  return pod === undefined ? attributesKey(resource) : attributesKey({ 'service.name': service, 'k8s.pod.name': pod });
}

const inOrder = (map: { readonly [key: string]: AttributeValue }): object =>
  Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Returns the resource's `service.name`. */
export function serviceOf(resource: Attributes): string {
  const name = resource['service.name'];
  return typeof name === 'string' ? name : 'unknown_service';
}
