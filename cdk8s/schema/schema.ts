// Builders for describing values: what each may be, what it is when nobody says, and what it is for.
// Type, defaults, JSON schema, values.yaml and the README's table are all derived from such a description.

/** What JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

interface Described<Type> {
  /** What the value is for, in a sentence or two; printed wherever the value is shown. */
  readonly doc: string;
  readonly default: Type;
}

/** A rule for text: an ECMA 262 regular expression that Go's RE2 reads alike, so no lookahead and no backreference. */
export type Pattern = string;

export interface Text extends Described<string> {
  readonly kind: 'text';
  readonly pattern?: Pattern;
  readonly except?: readonly string[];
}

export interface Choice<Option extends string> extends Described<Option> {
  readonly kind: 'choice';
  readonly options: readonly Option[];
}

export interface Integer extends Described<number> {
  readonly kind: 'integer';
  readonly minimum: number;
  readonly maximum: number;
}

export interface Flag extends Described<boolean> {
  readonly kind: 'flag';
}

/** One of several scalar types, for what people write in YAML with or without quotes; `pattern` binds when it is a string. */
export interface Scalar<Type extends string | number | boolean> extends Described<Type> {
  readonly kind: 'scalar';
  readonly types: readonly ('string' | 'number' | 'boolean')[];
  readonly pattern?: Pattern;
}

/** Names of the writer's own choosing, each with a value of the same kind. */
export interface Dictionary<Type> extends Described<Readonly<Record<string, Type>>> {
  readonly kind: 'map';
  readonly names: Text;
  readonly of: Description<Type>;
}

export interface List<Type> extends Described<readonly Type[]> {
  readonly kind: 'list';
  readonly of: Description<Type>;
}

/** A fixed set of named values. */
export interface Group<Type extends object> extends Described<Type> {
  readonly kind: 'group';
  readonly fields: Fields<Type>;
}

/** An entry of a list with fields that may be left out, except the required ones. */
export interface Entry<Type extends object> extends Described<Type> {
  readonly kind: 'entry';
  readonly fields: Fields<Required<Type>>;
  readonly required: readonly string[];
}

/** A map whose insides are somebody else's syntax, such as the settings of a Collector component. */
export interface Settings extends Described<{ readonly [key: string]: Json }> {
  readonly kind: 'settings';
}

export type Fields<Type extends object> = { readonly [Key in keyof Type]: Description<Type[Key]> };

/** The description of a value of some type. The kinds are told apart by `kind`. */
export type Description<Type = unknown> = Described<Type> & { readonly kind: AnyDescription['kind'] };

/** Every kind there is, for code that walks a description. */
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

export const text = (of: { doc: string; default?: string; pattern?: Pattern; except?: readonly string[] }): Text => ({
  default: '',
  ...of,
  kind: 'text',
});

export const choice = <const Option extends string>(of: {
  doc: string;
  default: NoInfer<Option>;
  options: readonly Option[];
}): Choice<Option> => ({ ...of, kind: 'choice' });

export const integer = (of: { doc: string; default: number; minimum: number; maximum: number }): Integer => ({
  ...of,
  kind: 'integer',
});

export const flag = (of: { doc: string; default: boolean }): Flag => ({ ...of, kind: 'flag' });

/** Text that YAML may have read as a number or a boolean: `--set dice.env.DEBUG=1`. */
export const scalar = (of: { doc: string }): Scalar<string | number | boolean> => ({
  ...of,
  default: '',
  kind: 'scalar',
  types: ['string', 'number', 'boolean'],
});

/** A Kubernetes resource quantity, https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
export const quantity = (of: { doc: string }): Scalar<string | number> => ({
  ...of,
  default: '0',
  kind: 'scalar',
  types: ['string', 'number'],
  // Not [eE] for the exponent: Go's regexp then takes the whole alternative for E alone.
  pattern: '^[0-9]+(\\.[0-9]+)?(m|[kMGTPE]|[KMGTPE]i|e[0-9]{1,2}|E[0-9]{1,2})?$',
});

export const map = <Type>(of: {
  doc: string;
  names: Text;
  of: Description<Type>;
  default?: Readonly<Record<string, Type>>;
}): Dictionary<Type> => ({ default: {}, ...of, kind: 'map' });

export const list = <Type>(of: { doc: string; of: Description<Type>; default?: readonly Type[] }): List<Type> => ({
  default: [],
  ...of,
  kind: 'list',
});

type Values<Of> = { readonly [Key in keyof Of]: Of[Key] extends Described<infer Type> ? Type : never };
type Descriptions = Readonly<Record<string, Description>>;

export const group = <Of extends Descriptions>(doc: string, fields: Of): Group<Values<Of>> => ({
  doc,
  kind: 'group',
  fields: fields as unknown as Fields<Values<Of>>,
  default: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.default])) as Values<Of>,
});

export const entry = <Of extends Descriptions>(
  doc: string,
  fields: Of,
  required: readonly (keyof Of & string)[] = [],
): Entry<Partial<Values<Of>>> => ({
  doc,
  kind: 'entry',
  fields: fields as unknown as Fields<Required<Partial<Values<Of>>>>,
  required,
  default: {},
});

export const settings = (of: { doc: string }): Settings => ({ ...of, kind: 'settings', default: {} });

/** One function for each kind of description. */
export type Handlers<Result> = {
  readonly [Kind in AnyDescription['kind']]: (of: Extract<AnyDescription, { kind: Kind }>) => Result;
};

/** The description as the union of all kinds, which `kind` tells apart. */
export const anyKind = (of: Description): AnyDescription => of as AnyDescription;

/** Calls the function for the description's kind. */
export const byKind = <Result>(of: Description, handlers: Handlers<Result>): Result =>
  (handlers[of.kind] as (of: Description) => Result)(of);

/** The fields of a group or an entry, in the order they were described. */
export const fieldsOf = (of: Group<object> | Entry<object>): [string, AnyDescription][] =>
  Object.entries(of.fields as Record<string, AnyDescription>);
