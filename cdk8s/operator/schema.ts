// Builders for the structural schemas of the operator's kinds. A description is required: `kubectl explain` shows nothing else.
import type { Schema } from '../schema/structural.ts';

type More = Schema;

export const text = (description: string, more: More = {}): Schema => ({ description, type: 'string', ...more });

export const choice = (description: string, options: readonly string[], more: More = {}): Schema => ({
  description,
  type: 'string',
  enum: options,
  ...more,
});

export const flag = (description: string, more: More = {}): Schema => ({ description, type: 'boolean', ...more });

export const integer = (description: string, minimum: number, more: More = {}): Schema => ({
  description,
  type: 'integer',
  format: 'int32',
  minimum,
  ...more,
});

/** RFC 3339. */
export const time = (description: string): Schema => ({ description, type: 'string', format: 'date-time' });

export const object = (description: string, properties: Readonly<Record<string, Schema>>, more: More = {}): Schema => ({
  description,
  type: 'object',
  properties,
  ...more,
});

/** A list that appliers merge by a key of its items. https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy */
export const listBy = (key: string, description: string, items: Schema, maxItems: number): Schema => ({
  description,
  type: 'array',
  maxItems,
  items,
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': [key],
});

/** A rule in CEL. https://kubernetes.io/docs/reference/using-api/cel/ */
export type Rule = {
  readonly rule: string;
  /** The field that is to be changed, where it isn't the one that the rule stands at. */
  readonly fieldPath?: string;
} & (
  | {
      /** What was expected, and what to do. */
      readonly message: string;
    }
  | {
      /** An expression that makes the message. */
      readonly messageExpression: string;
    }
);

export const rules = (...all: readonly Rule[]): Schema => ({ 'x-kubernetes-validations': all });

/** A regular expression, for which the API server's own message would be no help. */
export const matching = (pattern: string, message: string): Rule => ({
  rule: `self.matches('${pattern.replaceAll('\\', '\\\\')}')`,
  message,
});

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
export const DNS_LABEL = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';

/** Of a namespace's name, and so of a seat's. */
export const LABEL_LENGTH = 63;

/** https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.34/#condition-v1-meta */
export const conditions = (description: string): Schema =>
  listBy(
    'type',
    description,
    object(
      'One condition.',
      {
        type: text('What it is about.', { maxLength: 316 }),
        status: choice('Whether it holds.', ['True', 'False', 'Unknown']),
        reason: text('Why, in one word, for programs.', { maxLength: 1024 }),
        message: text('Why, for people: what was expected, what was found, what to do.', { maxLength: 32_768 }),
        lastTransitionTime: time('When the status last changed.'),
        observedGeneration: { ...integer('The metadata.generation that it was said of.', 0), format: 'int64' },
      },
      { required: ['type', 'status', 'reason', 'message', 'lastTransitionTime'] },
    ),
    16,
  );

export const observedGeneration: Schema = {
  ...integer('The metadata.generation that this status is of.', 0),
  format: 'int64',
};

/** Names are no longer anyway; rules need to be told, for what they may cost. */
export const metadata: Schema = { type: 'object', properties: { name: { type: 'string', maxLength: 253 } } };
