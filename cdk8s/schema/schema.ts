// Functions that describe values: chart values, and fields of custom resources. A description has the value's type,
// default and purpose. From the descriptions come the TypeScript types, the JSON schema, values.yaml, the README's
// table and the CRDs.
import type { Rule } from './rules.ts';

/** Any value that JSON can express. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

interface Described<Type> {
  /** What the value is for, in a sentence or two. The generated files show this text wherever they show the value. */
  readonly doc: string;
  /** The default in values.yaml. A field of a custom resource has this default only if `persisted` is set. */
  readonly default: Type;
  /** Makes the API server write the default into a custom resource in which a user omits the field. */
  readonly persisted?: true;
  /** Validation rules in CEL. The API server checks them. Helm doesn't check them. */
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
 * Describes a value that may have one of several scalar types. People write such a value with or without quotes, for
 * example 2 or "2". `pattern` is checked only if the value is a string.
 */
export interface Scalar<Type extends string | number | boolean> extends Described<Type> {
  readonly kind: 'scalar';
  readonly types: readonly ('string' | 'number' | 'boolean')[];
  readonly pattern?: Pattern;
}

/** Describes a map whose keys the user chooses. All values in the map have the same description. */
export interface Dictionary<Type> extends Described<Readonly<Record<string, Type>>> {
  readonly kind: 'map';
  readonly names: Text;
  readonly of: Description<Type>;
}

export interface List<Type> extends Described<readonly Type[]> {
  readonly kind: 'list';
  readonly of: Description<Type>;
  /**
   * Name of the field that tells the list's items apart. Server-side apply merges items that have the same value in
   * this field.
   */
  readonly key?: string;
  readonly maxItems?: number;
}

/**
 * Describes an object with a fixed set of fields. Every field has a default. So no field is missing once the defaults
 * are added.
 */
export interface Group<Type extends object> extends Described<Type> {
  readonly kind: 'group';
  readonly fields: Fields<Type>;
}

/**
 * Describes an object with a fixed set of fields, some of which may be missing, such as one item of a list. Only the
 * fields in `required` must be present.
 */
export interface Entry<Type extends object> extends Described<Type> {
  readonly kind: 'entry';
  readonly fields: Fields<Required<Type>>;
  readonly required: readonly string[];
}

/** Describes a map whose content another program defines, such as the settings of a Collector component. */
export interface Settings extends Described<{ readonly [key: string]: Json }> {
  readonly kind: 'settings';
}

export type Fields<Type extends object> = { readonly [Key in keyof Type]: Description<Type[Key]> };

/** A description of a value that has the type `Type`. */
export type Description<Type = unknown> = Described<Type> & { readonly kind: AnyDescription['kind'] };

/**
 * Any description, as a union of all kinds of descriptions. Code that visits a description and the descriptions inside
 * it uses this type.
 */
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

/** The type of the value that the description `Of` describes. */
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

/**
 * Describes a text that YAML or Helm may read as a number or a boolean. For example, Helm reads the 1 in
 * `--set dice.env.DEBUG=1` as a number.
 */
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

/**
 * The type of an object that the function `entry` describes. The fields whose names are in `Key` are required. All
 * other fields are optional.
 */
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

/** One function for each kind of description, such as `text` or `list`. */
export type Handlers<Result> = {
  readonly [Kind in AnyDescription['kind']]: (description: Extract<AnyDescription, { kind: Kind }>) => Result;
};

/**
 * Returns the description unchanged, but with the union of all kinds as its type. If code then tests `kind`, TypeScript
 * knows which kind of description it has.
 */
export const anyKind = (description: Description): AnyDescription => description as AnyDescription;

/** Calls the one function in `handlers` that is for the description's kind. Returns the result of that function. */
export const byKind = <Result>(description: Description, handlers: Handlers<Result>): Result =>
  (handlers[description.kind] as (description: Description) => Result)(description);

/** Returns the fields of a description that `group` or `entry` made. The fields keep the order of the source code. */
export const fieldsOf = (description: Group<object> | Entry<object>): [string, AnyDescription][] =>
  Object.entries(description.fields as Record<string, AnyDescription>);
