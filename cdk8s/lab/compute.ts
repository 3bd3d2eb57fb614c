// The operations that constructs may apply to values. Each has two implementations: compute-values.ts computes at once,
// and helm/compute.ts with helm/_helpers.tpl writes an expression for Helm. The keystone test proves that they agree.
import type { Json } from '../schema/schema.ts';
import type { OwnFile } from '../../lab/names.ts';
import type { EnvValues } from '../values.ts';
import type { EnvVar } from './manifest.ts';
import type { Given, Text, Value } from './value.ts';

/** Components of the Collector by name, with their settings. */
export type Components = Readonly<Record<string, Readonly<Record<string, Json>>>>;

/** A file that belongs to the learner. */
export interface OwnText {
  /** The text for the ConfigMap. */
  readonly current: Text;
  /** The text from the values, or the default, without the learner's edits. */
  readonly given: Text;
}

export interface Compute {
  /** A number in decimal, as text. */
  decimal(number: Given<number>): Text;

  /** JSON as Go's encoding/json prints it: no spaces, sorted keys, HTML characters escaped. */
  json(value: unknown): Text;

  /** Lower-case hexadecimal SHA-256 of the text in UTF-8. */
  sha256(text: string): Text;

  /** The lists joined, without repeated entries. */
  union(...lists: Given<readonly string[]>[]): Value<readonly string[]>;

  /** The components of both. Each setting of `top` wins over the same setting of `base`. */
  overlay(base: Given<Components>, top: Given<Components>): Value<Components>;

  /** Adds the settings to every component whose name starts with `prefix`, unless it has them. */
  complete(components: Given<Components>, prefix: string, settings: Components[string]): Value<Components>;

  /** A YAML mapping of the components, one line per setting, indented by two. */
  componentLines(components: Given<Components>): Text;

  /**
   * The names, after checking that each is defined.
   * @throws if one isn't; the message has `path`, the name and all defined names
   */
  defined(path: string, names: Given<readonly string[]>, components: Given<Components>): Value<readonly string[]>;

  /** Variables sorted by name. `theirs` win over `own`. */
  env(own: Readonly<Record<string, Given<string>>>, theirs: Given<EnvValues>): readonly EnvVar[];

  /** The port on the node, or undefined if the Service has none or Kubernetes chooses it. */
  nodePort(service: { readonly type: Given<string>; readonly nodePort: Given<number> }): Value<number> | undefined;

  /**
   * A file that belongs to the learner: from the values, else the learner's own where that is known, else the default.
   */
  ownText(file: OwnFile): OwnText;

  /** All labels of an object. A rendering may print them through a helper. */
  labels(labels: Readonly<Record<string, string>>): Given<Readonly<Record<string, string>>>;

  /** `set` if the flag is set, else `unset`. */
  choose<Constant extends readonly string[] | Readonly<Record<string, string>>>(
    flag: Value<boolean>,
    set: Constant,
    unset: Constant,
  ): Value<Constant>;

  /** Whether this release operates the cluster's workshops: it is enabled, and no other release does. */
  operates(enabled: Value<boolean>): Value<boolean>;

  /**
   * Whether this release installs the CustomResourceDefinition: it operates, and no other release owns the definition.
   */
  defines(enabled: Value<boolean>, name: string): Value<boolean>;

  /** The value itself. A rendering may print it once, under the name. */
  named<Named extends string | Value<Components>>(name: string, value: Named): Named;
}
