// The types of chart values in constructs. When the chart is rendered, a chart value is a token that stands for a Helm
// expression. So the type lets constructs only copy the value. `Compute` has the operations on values.

declare const value: unique symbol;

/**
 * A value that may be a token. Its type is a function type, so TypeScript refuses it as a condition whose branch does
 * not use it. `Value` also makes it a symbol type unless it is a text. So TypeScript refuses it in arithmetic,
 * comparisons and template literals. At run time, the value is neither a function nor a symbol.
 */
export interface Unresolved<Type> {
  (unresolved: never): never;
  readonly [value]: Type;
}

/**
 * The type of one chart value. A construct may put a text value into a longer text. It may only copy a value of another
 * type.
 */
export type Value<Type> = ([string] extends [Type] ? string : symbol) & Unresolved<Type>;

export type Text = Value<string>;

/** Either a chart value or a constant. */
export type Given<Type> = Type | Unresolved<Type>;

/** The type of a group of chart values, each of which may be unresolved. A map or a list counts as one value. */
export type Values<Type> = [Type] extends [string | number | boolean | readonly unknown[]]
  ? Value<Type>
  : string extends keyof Type
    ? Value<Type>
    : { readonly [Key in keyof Type]: Values<Type[Key]> };

/** Converts a known value to the type that constructs take. Only code that renders known values calls it. */
export const unresolved = <Type>(known: Type): Value<Type> => known as unknown as Value<Type>;

/**
 * Converts the known values of a group to the type that constructs take. Only code that renders known values calls it.
 */
export const unresolvedValues = <Type extends object>(known: Type): Values<Type> => known as unknown as Values<Type>;

/** Returns a known value with its plain type. Only code that renders known values, without tokens, may call it. */
export const resolved = <Type>(given: Given<Type>): Type => given as Type;
