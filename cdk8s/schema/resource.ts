// Builders for the fields of the operator's own kinds, in addition to those of schema.ts.
import type { SomeValues } from './partial.ts';
import type { Rule } from './rules.ts';
import { choice, entry, settings, text } from './schema.ts';
import type { Choice, Description, Entry, Group, Integer, List, Text } from './schema.ts';

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
export const DNS_LABEL = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';

/** The longest DNS label. A namespace's name is one, and so is a Seat's. */
export const LABEL_LENGTH = 63;

/** A value for which the API server writes the default when a user leaves it out. */
export const persisted = <Type, Of extends Description<Type>>(
  description: Of & Description<Type>,
  value: NoInfer<Of['default']>,
): Of => ({ ...description, default: value, persisted: true });

export const withRules = <Of extends Description>(description: Of, ...rules: readonly Rule[]): Of => ({
  ...description,
  rules,
});

/** One of a few words. In a resource it may be left out, so it needs no default. */
export const option = <const Option extends string>(
  doc: string,
  options: readonly [Option, ...Option[]],
): Choice<Option> => choice<Option>({ doc, options, default: options[0] });

export const count = (doc: string, minimum: number, maximum?: number): Integer => ({
  doc,
  kind: 'integer',
  default: minimum,
  format: 'int32',
  minimum,
  ...(maximum !== undefined && { maximum }),
});

/** A point in time as RFC 3339 has it. */
export const time = (doc: string): Text => text({ doc, format: 'date-time' });

/** A list that appliers merge by a key. https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy */
export const keyedList = <Type extends object>(options: {
  readonly key: keyof Type & string;
  readonly doc: string;
  readonly of: Entry<Type>;
  readonly maxItems: number;
}): List<Type> => ({ ...options, kind: 'list', default: [] });

/** Any part of the group's values. What a resource leaves out stays out of it, so that the lab's default applies. */
export const partOf = <Type extends object>(values: Group<Type>, doc: string): Description<SomeValues<Type>> =>
  ({ ...values, doc }) as Description as Description<SomeValues<Type>>;

/** Any part of the group's values, unchecked by the API server: for a resource that only the operator writes. */
export const copyOf = <Type extends object>(_values: Group<Type>, doc: string): Description<SomeValues<Type>> =>
  settings({ doc }) as Description as Description<SomeValues<Type>>;

const generation = (doc: string): Integer => ({ ...count(doc, 0), format: 'int64' });

export const observedGeneration = generation('The metadata.generation that this status describes.');

/** https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.34/#condition-v1-meta */
export const conditions = (doc: string) =>
  keyedList({
    key: 'type',
    doc,
    of: entry(
      'One condition.',
      {
        type: text({ doc: 'What the condition is about.', maxLength: 316 }),
        status: option('Whether the condition holds.', ['True', 'False', 'Unknown']),
        reason: text({ doc: 'The reason in one word, for programs.', maxLength: 1024 }),
        message: text({
          doc: 'The reason for people: what was expected, what was found, what to do.',
          maxLength: 32_768,
        }),
        lastTransitionTime: time('When the status last changed.'),
        observedGeneration: generation('The metadata.generation that the condition describes.'),
      },
      ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
    ),
    maxItems: 16,
  });

/** A kind of ours: what a user or the operator writes, what the operator reports, and rules for the whole object. */
export interface Resource {
  readonly doc: string;
  readonly spec: Entry<object>;
  readonly status: Entry<object>;
  readonly rules: readonly Rule[];
}
