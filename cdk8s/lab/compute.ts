// What constructs may do with values beyond handing them on. Each operation exists twice: computed at once (plain.ts), and as
// an expression that Helm computes later (helm/compute.ts with helm/_helpers.tpl). The keystone test holds the two together.
import type { k8s } from 'cdk8s-plus-27';
import type { Json } from '../schema/schema.ts';
import type { OwnFile } from '../../lab/names.ts';
import type { EnvValues, LabValues } from '../values.ts';

/** Components of the Collector by name, with their settings. */
export type Components = Readonly<Record<string, Readonly<Record<string, Json>>>>;

/** A file that is the learner's own: what the ConfigMap gets, and what was given or is the default, whatever the learner made of it. */
export interface OwnText {
  readonly current: string;
  readonly given: string;
}

export interface Compute {
  /** A number in decimal, as text. */
  decimal(value: number): string;

  /** JSON as Go's encoding/json prints it: no spaces, sorted keys, HTML characters escaped. */
  json(value: unknown): string;

  /** Lower-case hexadecimal SHA-256 of the text in UTF-8. */
  sha256(text: string): string;

  /** Lists end to end, each entry only where it comes first. */
  union(...lists: (readonly string[])[]): readonly string[];

  /** The components of both, the settings of `top` winning over those of `base`, setting by setting. */
  overlay(base: Components, top: Components): Components;

  /** Gives every component whose name starts with `prefix` the settings that it lacks. */
  complete(components: Components, prefix: string, settings: Components[string]): Components;

  /** A YAML mapping of the components, a line per setting, indented by two. */
  componentLines(components: Components): string;

  /**
   * The names, having made sure that each is defined.
   * @throws where one is not; the message has `path`, the name and what is defined
   */
  defined(path: string, names: readonly string[], components: Components): readonly string[];

  /** Variables sorted by name, `theirs` winning over `own`. */
  env(own: Readonly<Record<string, string>>, theirs: EnvValues): k8s.EnvVar[];

  /** The port on the node, or undefined where the Service has none or Kubernetes is to choose. */
  nodePort(service: LabValues['guide']['service']): number | undefined;

  /** A file of the learner's: the given one, else what they made of it where that can be known, else the default (for the level, of code). */
  ownText(file: OwnFile): OwnText;

  /** The one where the flag is set, else the other. */
  choose<Value extends readonly string[] | Readonly<Record<string, string>>>(
    flag: boolean,
    set: Value,
    unset: Value,
  ): Value;

  /** Whether this release operates the cluster's workshops: it is asked to, and no other does. */
  operates(asked: boolean): boolean;

  /** Whether this release brings the CustomResourceDefinition of that name: it operates, and none is there that isn't its own. */
  defines(asked: boolean, name: string): boolean;

  /** The value itself, under a name that a rendering may print it by. */
  named<Value extends string | Components>(name: string, value: Value): Value;
}
