// Types for chart values in the code of constructs. When the chart is printed, a chart value is a token (see
// helm/tokens.ts), and only Helm knows the real value. A construct that compared or computed with a token would get a
// wrong result. So these types let a construct copy a chart value, but not compute with it. The operations in
// compute.ts compute with chart values.

declare const value: unique symbol;

/**
 * A value that may be a token. At run time it is a token or the real value. For TypeScript it has a function type. So
 * TypeScript refuses a condition such as `if (value)` whose branch doesn't use the value.
 */
export interface Unresolved<Type> {
  (unresolved: never): never;
  readonly [value]: Type;
}

/**
 * The type of one chart value. For TypeScript, a text value is also a string. So a construct may put it into a longer
 * text. For TypeScript, any other value is also a symbol. So TypeScript refuses it in arithmetic, comparisons and
 * template literals. At run time, no chart value is a function or a symbol.
 */
export type Value<Type> = ([string] extends [Type] ? string : symbol) & Unresolved<Type>;

export type Text = Value<string>;

/** Either a chart value, which may be a token, or a constant of the same type. */
export type Given<Type> = Type | Unresolved<Type>;

/**
 * The type of a group of chart values: the group's type, with `Value` for the type of each single value in it. A map or
 * a list counts as one single value.
 */
export type Values<Type> = [Type] extends [string | number | boolean | readonly unknown[]]
  ? Value<Type>
  : string extends keyof Type
    ? Value<Type>
    : { readonly [Key in keyof Type]: Values<Type[Key]> };

/**
 * Returns a known value, which is not a token, with the type that constructs take. Only code that renders without
 * tokens calls it.
 */
export const unresolved = <Type>(known: Type): Value<Type> => known as unknown as Value<Type>;

/**
 * Returns a group of known values, which are not tokens, with the type that constructs take. Only code that renders
 * without tokens calls it.
 */
export const unresolvedValues = <Type extends object>(known: Type): Values<Type> => known as unknown as Values<Type>;

/**
 * Returns a chart value or a constant with its plain type, which allows computing with it. Only code that renders
 * without tokens may call it.
 */
export const resolved = <Type>(given: Given<Type>): Type => given as Type;
