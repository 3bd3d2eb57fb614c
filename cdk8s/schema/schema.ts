// Builders that describe values: their type, default and purpose.
// From these descriptions come the TypeScript types, the JSON schema, values.yaml, the README's table and the CRDs.
import type { Rule } from './rules.ts';

/** Any value that JSON can express. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

interface Described<Type> {
  /** The purpose of the value, in a sentence or two. It is printed wherever the value is shown. */
  readonly doc: string;
  /** The default in values.yaml. In a custom resource, the default applies only if `persisted` is set. */
  readonly default: Type;
  /** Makes the API server write the default into the custom resource. */
  readonly persisted?: true;
  /** Validation rules in CEL. Only the API server checks them, not Helm. */
  readonly rules?: readonly Rule[];
}

/**
 * A regular expression that means the same in JavaScript and in Go's RE2. It uses no lookahead and no back-references.
 */
export type Pattern = string;

export interface Text extends Described<string> {
  readonly kind: 'text';
  readonly pattern?: Pattern;
  readonly except?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly format?: 'date-time';
}

export interface Choice<Option extends string> extends Described<Option> {
  readonly kind: 'choice';
  readonly options: readonly Option[];
}

export interface Integer extends Described<number> {
  readonly kind: 'integer';
  readonly minimum: number;
  readonly maximum?: number;
  readonly format?: 'int32' | 'int64';
}

export interface Flag extends Described<boolean> {
  readonly kind: 'flag';
}

/**
 * Describes a value of one of several scalar types, because people write it with or without quotes. `pattern` applies
 * to strings.
 */
export interface Scalar<Type extends string | number | boolean> extends Described<Type> {
  readonly kind: 'scalar';
  readonly types: readonly ('string' | 'number' | 'boolean')[];
  readonly pattern?: Pattern;
}

/** Describes a map. The user chooses the keys, and all values have the same description. */
export interface Dictionary<Type> extends Described<Readonly<Record<string, Type>>> {
  readonly kind: 'map';
  readonly names: Text;
  readonly of: Description<Type>;
}

export interface List<Type> extends Described<readonly Type[]> {
  readonly kind: 'list';
  readonly of: Description<Type>;
  /** Name of the field that identifies an item. Server-side apply merges the list by this field. */
  readonly key?: string;
  readonly maxItems?: number;
}

/** Describes a fixed set of named values, all of which are always present. */
export interface Group<Type extends object> extends Described<Type> {
  readonly kind: 'group';
  readonly fields: Fields<Type>;
}

/** Describes a fixed set of named values, of which only the required values must be present. */
export interface Entry<Type extends object> extends Described<Type> {
  readonly kind: 'entry';
  readonly fields: Fields<Required<Type>>;
  readonly required: readonly string[];
}

/** Describes a map in the syntax of another program, such as the settings of a Collector component. */
export interface Settings extends Described<{ readonly [key: string]: Json }> {
  readonly kind: 'settings';
}

export type Fields<Type extends object> = { readonly [Key in keyof Type]: Description<Type[Key]> };

/** The description of a value of the given type. */
export type Description<Type = unknown> = Described<Type> & { readonly kind: AnyDescription['kind'] };

/** All kinds of descriptions, for code that visits a description and its parts. */
export type AnyDescription =
  | Text
  | Choice<string>
  | Integer
  | Flag
  | Scalar<string | number | boolean>
  | Dictionary<unknown>
  | List<unknown>
  | Group<object>
  | Entry<object>
  | Settings;

/** The type of the values that a description describes. */
export type ValueOf<Of extends Described<unknown>> = Of['default'];

type Options<Of extends Described<unknown>> = Omit<Of, 'kind' | 'default'> & { readonly default?: Of['default'] };

export const text = (options: Options<Text>): Text => ({ default: '', ...options, kind: 'text' });

export const choice = <const Option extends string>(options: {
  doc: string;
  default: NoInfer<Option>;
  options: readonly Option[];
}): Choice<Option> => ({ ...options, kind: 'choice' });

export const integer = (options: { doc: string; default: number; minimum: number; maximum: number }): Integer => ({
  ...options,
  kind: 'integer',
});

export const flag = (options: { doc: string; default: boolean }): Flag => ({ ...options, kind: 'flag' });

/** Describes a text that YAML or Helm may read as a number or a boolean, as in `--set dice.env.DEBUG=1`. */
export const scalar = (options: { doc: string }): Scalar<string | number | boolean> => ({
  ...options,
  default: '',
  kind: 'scalar',
  types: ['string', 'number', 'boolean'],
});

/**
 * Describes a Kubernetes resource quantity.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export const quantity = (options: { doc: string }): Scalar<string | number> => ({
  ...options,
  default: '0',
  kind: 'scalar',
  types: ['string', 'number'],
  // The exponent isn't written as [eE], because Go's regexp then reads the whole alternative as E alone.
  pattern: '^[0-9]+(\\.[0-9]+)?(m|[kMGTPE]|[KMGTPE]i|e[0-9]{1,2}|E[0-9]{1,2})?$',
});

export const map = <Type>(options: {
  doc: string;
  names: Text;
  of: Description<Type>;
  default?: Readonly<Record<string, Type>>;
}): Dictionary<Type> => ({ default: {}, ...options, kind: 'map' });

export const list = <Type>(options: {
  doc: string;
  of: Description<Type>;
  default?: readonly Type[];
  maxItems?: number;
}): List<Type> => ({ default: [], ...options, kind: 'list' });

type Values<Of> = { readonly [Key in keyof Of]: Of[Key] extends Described<infer Type> ? Type : never };
type Descriptions = Readonly<Record<string, Description>>;

export const defaultsOf = <Of extends Descriptions>(fields: Of): Values<Of> =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.default])) as Values<Of>;

export const group = <Of extends Descriptions>(doc: string, fields: Of): Group<Values<Of>> => ({
  doc,
  kind: 'group',
  fields: fields as unknown as Fields<Values<Of>>,
  default: defaultsOf(fields),
});

/** The type of the objects that an entry describes. The fields in `Key` are required, and all others are optional. */
type EntryValues<Of, Key extends keyof Of> = { readonly [Name in keyof Pick<Values<Of>, Key>]: Values<Of>[Name] } & {
  readonly [Name in Exclude<keyof Of, Key>]?: Values<Of>[Name];
};

export const entry = <Of extends Descriptions, const Key extends keyof Of & string = never>(
  doc: string,
  fields: Of,
  required: readonly Key[] = [],
): Entry<EntryValues<Of, Key>> => ({
  doc,
  kind: 'entry',
  fields: fields as unknown as Fields<Required<EntryValues<Of, Key>>>,
  required,
  default: {} as EntryValues<Of, Key>,
});

export const settings = (options: { doc: string }): Settings => ({ ...options, kind: 'settings', default: {} });

/** An object with one function for each kind of description. */
export type Handlers<Result> = {
  readonly [Kind in AnyDescription['kind']]: (description: Extract<AnyDescription, { kind: Kind }>) => Result;
};

/**
 * Returns the description unchanged, typed as the union of all kinds. A test of `kind` then tells TypeScript which kind
 * the description has.
 */
export const anyKind = (description: Description): AnyDescription => description as AnyDescription;

/** Calls the handler for the description's kind and returns its result. */
export const byKind = <Result>(description: Description, handlers: Handlers<Result>): Result =>
  (handlers[description.kind] as (description: Description) => Result)(description);

/** Returns the fields of a group or an entry, in the order in which they are described. */
export const fieldsOf = (description: Group<object> | Entry<object>): [string, AnyDescription][] =>
  Object.entries(description.fields as Record<string, AnyDescription>);
