// Functions that describe fields of the operator's own kinds, Workshop and Seat. schema.ts has the general functions,
// which also describe chart values.
import { NAME_PATTERN } from '../../support/shown-text.ts';
import type { SomeValues } from './partial.ts';
import { matching } from './rules.ts';
import type { Rule } from './rules.ts';
import { choice, entry, settings, text } from './schema.ts';
import type { Choice, Description, Entry, Group, Integer, List, Text } from './schema.ts';

/** The regular expression for a DNS label. */
export const DNS_LABEL = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';

/** Maximum length of a DNS label, such as the name of a namespace or a Seat. */
export const LABEL_LENGTH = 63;

/**
 * Returns the description with the default `value`. If a user omits the field, the API server writes this default into
 * the resource.
 */
export const persisted = <Type, Of extends Description<Type>>(
  description: Of & Description<Type>,
  value: NoInfer<Of['default']>,
): Of => ({ ...description, default: value, persisted: true });

export const withRules = <Of extends Description>(description: Of, ...rules: readonly Rule[]): Of => ({
  ...description,
  rules,
});

/**
 * Describes a field whose value is one of several words. The API server adds no default. So the field stays missing if
 * a user omits it.
 */
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

/** Describes what pages call a person: text of one line that can be shown, which may be empty. */
export const shownName = (doc: string, maxLength: number): Text =>
  withRules(
    text({ doc, maxLength }),
    matching(
      NAME_PATTERN,
      'must be a name of one line, without characters that can’t be shown or that turn text around: type it by hand',
    ),
  );

/** Describes a point in time, in the format of RFC 3339. */
export const time = (doc: string): Text => text({ doc, format: 'date-time' });

/**
 * Describes a list whose items server-side apply tells apart by one of their fields, `key`.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
 */
export const keyedList = <Type extends object>(options: {
  readonly key: keyof Type & string;
  readonly doc: string;
  readonly of: Entry<Type>;
  readonly maxItems: number;
}): List<Type> => ({ ...options, kind: 'list', default: [] });

/**
 * Describes a field in which a user sets some of the values of `values`, such as some lab values in a Workshop. The API
 * server adds no defaults to this field. All others get the lab's defaults when the operator renders the lab.
 */
export const partOf = <Type extends object>(values: Group<Type>, doc: string): Description<SomeValues<Type>> =>
  ({ ...values, doc }) as Description as Description<SomeValues<Type>>;

/**
 * Describes a field that holds some of the values of `_values`. The API server doesn't check what is in the field. Use
 * it for fields that only the operator writes.
 */
export const copyOf = <Type extends object>(_values: Group<Type>, doc: string): Description<SomeValues<Type>> =>
  settings({ doc }) as Description as Description<SomeValues<Type>>;

const generation = (doc: string): Integer => ({ ...count(doc, 0), format: 'int64' });

export const observedGeneration = generation('The metadata.generation that this status describes.');

/**
 * Describes the field `conditions` of a status: a list of Kubernetes conditions.
 * https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.34/#condition-v1-meta
 */
export const conditions = (doc: string) =>
  keyedList({
    key: 'type',
    doc,
    of: entry(
      'One condition.',
      {
        type: text({ doc: 'The aspect that the condition describes, such as Ready.', maxLength: 316 }),
        status: option('Whether the condition holds.', ['True', 'False', 'Unknown']),
        reason: text({ doc: 'The reason for the status in one word, for programs.', maxLength: 1024 }),
        message: text({ doc: 'The reason for the status in a sentence, for people.', maxLength: 32_768 }),
        lastTransitionTime: time('When the status last changed.'),
        observedGeneration: generation('The metadata.generation that the condition describes.'),
      },
      ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
    ),
    maxItems: 16,
  });

/** The description of one of the operator's own kinds: its spec, its status, and CEL rules for the whole object. */
export interface Resource {
  readonly doc: string;
  readonly spec: Entry<object>;
  readonly status: Entry<object>;
  readonly rules: readonly Rule[];
}
