// The operations that constructs may apply to chart values. Each operation has two implementations. compute-values.ts
// computes the result at once. helm/compute.ts and helm/_helpers.tpl write a Helm expression.
// test/chart/keystone.test.ts checks that both implementations agree.
import type { Json } from '../schema/schema.ts';
import type { OwnFile } from '../../lab/names.ts';
import type { EnvValues } from '../values.ts';
import type { EnvVar } from './manifest.ts';
import type { Given, Text, Value } from './value.ts';

/** Components of the Collector by name, with their settings. */
export type Components = Readonly<Record<string, Readonly<Record<string, Json>>>>;

/** The text of a file that belongs to the learner, with and without the learner's edits. */
export interface OwnText {
  /** The text for the ConfigMap. A template that Helm runs in a cluster keeps the learner's edits in it. */
  readonly current: Text;
  /** The text from the values, or else the default. This text never contains the learner's edits. */
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

  /** Merges two sets of Collector components. A setting in `top` replaces the same setting in `base`. */
  overlay(base: Given<Components>, top: Given<Components>): Value<Components>;

  /**
   * Adds settings to every component whose name starts with `prefix`. Settings that the component already has stay as
   * they are.
   */
  complete(components: Given<Components>, prefix: string, settings: Components[string]): Value<Components>;

  /** Prints the components as a YAML mapping, indented by two spaces, with one line per setting. */
  componentLines(components: Given<Components>): Text;

  /**
   * Returns the names after a check that `components` defines each of them.
   * @throws if a name isn't defined. The message has `path`, the name and all defined names.
   */
  defined(path: string, names: Given<readonly string[]>, components: Given<Components>): Value<readonly string[]>;

  /** Returns environment variables, sorted by name. The user's variables (`theirs`) replace the lab's (`own`). */
  env(own: Readonly<Record<string, Given<string>>>, theirs: Given<EnvValues>): readonly EnvVar[];

  /**
   * Returns the port that the Service opens on every node. Returns undefined if it opens none or Kubernetes chooses the
   * port.
   */
  nodePort(service: { readonly type: Given<string>; readonly nodePort: Given<number> }): Value<number> | undefined;

  /** Returns the text of a learner's file. */
  ownText(file: OwnFile): OwnText;

  /** Returns an object's labels. The chart prints them with a helper template. */
  labels(labels: Readonly<Record<string, string>>): Given<Readonly<Record<string, string>>>;

  /** Returns `set` if the flag is true, or else `unset`. */
  choose<Constant extends readonly string[] | Readonly<Record<string, string>>>(
    flag: Value<boolean>,
    set: Constant,
    unset: Constant,
  ): Value<Constant>;

  /** Whether this release installs the operator: values enable it, and no other release has installed one. */
  operates(enabled: Value<boolean>): Value<boolean>;

  /**
   * Whether this release installs the CustomResourceDefinition: it installs the operator, and no other release owns the
   * definition.
   */
  defines(enabled: Value<boolean>, name: string): Value<boolean>;

  /**
   * Returns the value unchanged. The chart prints the value once, as a named template called `name`, and every use of
   * the value includes this template.
   */
  named<Named extends string | Value<Components>>(name: string, value: Named): Named;
}
