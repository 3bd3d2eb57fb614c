// Reads attributes and values of OTLP JSON. Spans, metrics and log records share them.
// https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding

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

/** Returns the attributes without those that Jaeger adds, such as `@jaeger@warnings`. */
export function attributesOf(attributes: OtlpAttribute[] = []): Attributes {
  return Object.fromEntries(
    attributes.filter(({ key }) => !key.startsWith('@jaeger@')).map(({ key, value }) => [key, valueOf(value)]),
  );
}

export function valueOf(value: OtlpValue = {}): AttributeValue {
  if (value.intValue !== undefined) return Number(value.intValue);
  if (value.doubleValue !== undefined) return Number(value.doubleValue);
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(valueOf);
  if (value.kvlistValue) return attributesOf(value.kvlistValue.values);
  return value.stringValue ?? value.boolValue ?? value.bytesValue ?? null;
}

/** Returns the resource's `service.name`. */
export function serviceOf(resource: Attributes): string {
  const name = resource['service.name'];
  return typeof name === 'string' ? name : 'unknown_service';
}
