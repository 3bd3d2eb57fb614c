// Chart values as constructs see them. In the chart's rendering a value is a token that stands for a Helm expression,
// so its type allows a construct to pass it on, and nothing else. Computations go through `Compute`.

declare const value: unique symbol;

/**
 * A value that is perhaps not known yet. TypeScript refuses it as a condition because it is callable, and in
 * arithmetic, comparisons and template literals because it is a symbol (see `Value`). At run time it is neither.
 */
export interface Unresolved<Type> {
  (unresolved: never): never;
  readonly [value]: Type;
}

/** One value. Free text may stand inside other text; all other types only stand alone. */
export type Value<Type> = ([string] extends [Type] ? string : symbol) & Unresolved<Type>;

export type Text = Value<string>;

/** Either a value or a constant. */
export type Given<Type> = Type | Unresolved<Type>;

/** A group of values, each of them perhaps unresolved. Maps and lists are single values. */
export type Values<Type> = [Type] extends [string | number | boolean | readonly unknown[]]
  ? Value<Type>
  : string extends keyof Type
    ? Value<Type>
    : { readonly [Key in keyof Type]: Values<Type[Key]> };

/** Turns what is known into what constructs take: only for renderings. */
export const unresolved = <Type>(known: Type): Value<Type> => known as unknown as Value<Type>;

/** Turns the known values of a group into what constructs take: only for renderings. */
export const unresolvedValues = <Type extends object>(known: Type): Values<Type> => known as unknown as Values<Type>;

/** Reads a value that is known: only for the rendering that computes at once. */
export const resolved = <Type>(given: Given<Type>): Type => given as Type;
