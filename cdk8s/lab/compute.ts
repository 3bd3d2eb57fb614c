// The operations that constructs may apply to chart values (see value.ts). Each operation has two implementations.
// compute-values.ts is for known values and computes the result at once. helm/compute.ts is for the chart and writes a
// Helm expression, which may use templates in helm/_helpers.tpl. test/chart/keystone.test.ts checks that both
// implementations agree.
import type { Json } from '../schema/schema.ts';
import type { OwnFile } from '../../lab/names.ts';
import type { EnvValues } from '../values.ts';
import type { EnvVar } from './manifest.ts';
import type { Given, Text, Value } from './value.ts';

/** Components of the Collector by name, with their settings. */
export type Components = Readonly<Record<string, Readonly<Record<string, Json>>>>;

/** The text of a file that belongs to the learner, with and without the learner's edits. */
export interface OwnText {
  /**
   * The text for the ConfigMap. If the ConfigMap already exists in the cluster, Helm keeps the learner's edits in it.
   */
  readonly current: Text;
  /**
   * The text from the values. If the values have none, the text of the default file. It never contains the learner's
   * edits.
   */
  readonly given: Text;
}

export interface Compute {
  /** Returns the number as decimal text. */
  decimal(number: Given<number>): Text;

  /** Prints JSON as Go's encoding/json does: without spaces, with sorted keys and escaped HTML characters. */
  json(value: unknown): Text;

  /** Returns the SHA-256 of the text's UTF-8 bytes, in lower-case hexadecimal. */
  sha256(text: string): Text;

  /** Joins the lists and removes repeated items. */
  union(...lists: Given<readonly string[]>[]): Value<readonly string[]>;

  /**
   * Merges two sets of Collector components. If both have the same setting of the same component, the setting in `top`
   * counts.
   */
  overlay(base: Given<Components>, top: Given<Components>): Value<Components>;

  /**
   * Adds settings to every component whose name starts with `prefix`. If a component already has one of these settings,
   * its own setting stays.
   */
  complete(components: Given<Components>, prefix: string, settings: Components[string]): Value<Components>;

  /** Prints the components as a YAML mapping, indented by two spaces, with one line per setting. */
  componentLines(components: Given<Components>): Text;

  /**
   * Returns `names` after a check that `components` defines each of these names.
   * @throws if a name isn't defined. The message has `path`, which says where the name was found, the name, and all
   * defined names.
   */
  defined(path: string, names: Given<readonly string[]>, components: Given<Components>): Value<readonly string[]>;

  /**
   * Returns environment variables, sorted by name. If a name is in both maps, the user's variable (`theirs`) replaces
   * the lab's (`own`).
   */
  env(own: Readonly<Record<string, Given<string>>>, theirs: Given<EnvValues>): readonly EnvVar[];

  /**
   * Returns the port that the Service opens on every node. Returns undefined if the Service opens no such port, or if
   * Kubernetes chooses the port.
   */
  nodePort(service: { readonly type: Given<string>; readonly nodePort: Given<number> }): Value<number> | undefined;

  /** Returns the text of a learner's file. */
  ownText(file: OwnFile): OwnText;

  /** Returns an object's labels. The chart prints them with a helper template. */
  labels(labels: Readonly<Record<string, string>>): Given<Readonly<Record<string, string>>>;

  /** Returns `set` if the flag is true, or else `unset`. */
  choose<Constant extends string | readonly string[] | Readonly<Record<string, string>> | Components>(
    flag: Value<boolean>,
    set: Constant,
    unset: Constant,
  ): Value<Constant>;

  /** Returns whether all flags are true. */
  all(...flags: Value<boolean>[]): Value<boolean>;

  /** Returns the text, which has only letters, digits, dots and hyphens. Returns undefined if the text is empty. */
  unlessEmpty(text: Text): Text | undefined;

  /**
   * Returns whether this release installs the operator. It does so if `enabled` is true and no other release has
   * installed the operator.
   */
  operates(enabled: Value<boolean>): Value<boolean>;

  /**
   * Returns whether this release installs the CustomResourceDefinition `name`. It does so if it installs the operator
   * and no other release owns the definition.
   */
  defines(enabled: Value<boolean>, name: string): Value<boolean>;

  /**
   * Returns the value unchanged. In the chart, the value is printed only once, as a named template called `name`. Every
   * use of the value includes this template.
   */
  named<Named extends string | Value<Components>>(name: string, value: Named): Named;
}
