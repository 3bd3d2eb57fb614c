// Checks the attributes of a span, an event, a log record, a data point or a resource by the semantic conventions, with
// the ids and levels of Weaver's live check.
// https://github.com/open-telemetry/weaver/tree/main/crates/weaver_live_check
import type { Attributes, AttributeValue } from '../attributes.ts';
import type { Issue } from './finding.ts';
import { definitionOf, reservedNamespace } from './registry.ts';
import type { Definition, ValueType } from './registry.ts';
import type { Sources } from './sources.ts';

/** Where attributes come from. */
export interface Origin {
  readonly sources: Sources;
  /**
   * Whether a library made them. Then only those that the learner's files name are the learner's own. Of the others,
   * only deprecated ones are reported, as information.
   */
  readonly isLibrary: boolean;
}

/** Returns what the semantic conventions say against these attributes. */
export const attributeIssues = (attributes: Attributes, origin: Origin): Issue[] =>
  Object.entries(attributes).flatMap(([name, value]) => {
    const place = origin.sources.attribute(name);
    if (origin.isLibrary && !place) return libraryIssue(name);
    const issue = ownIssue(name, value);
    return issue ? [{ ...issue, attribute: name, place }] : [];
  });

/** A deprecated attribute of a library is nobody's mistake: the library still uses the older conventions. */
function libraryIssue(name: string): Issue[] {
  const replacedBy = definitionOf(name)?.replacedBy;
  if (replacedBy === undefined) return [];
  return [
    {
      id: 'deprecated',
      level: 'information',
      attribute: name,
      message: `A library writes ${name}, which the semantic conventions have deprecated${insteadOf(replacedBy)}.`,
      todo: 'Your code did not write it, so there is nothing to change. A newer version of the library may.',
    },
  ];
}

const insteadOf = (names: readonly string[]): string => (names.length === 0 ? '' : `: it is now ${listed(names)}`);

const listed = (names: readonly string[]): string => names.join(' and ');

type OwnIssue = Omit<Issue, 'attribute' | 'place'>;

function ownIssue(name: string, value: AttributeValue): OwnIssue | undefined {
  const definition = definitionOf(name);
  if (!definition) return undefinedIssue(name);
  return (
    deprecatedIssue(name, definition) ?? typeIssue(name, value, definition) ?? memberIssue(name, value, definition)
  );
}

function deprecatedIssue(name: string, { replacedBy }: Definition): OwnIssue | undefined {
  if (replacedBy === undefined) return undefined;
  return {
    id: 'deprecated',
    level: 'violation',
    message: `${name} is deprecated in the semantic conventions.`,
    todo: replacedBy.length === 0 ? 'Take it out: nothing replaces it.' : `Write ${listed(replacedBy)} instead.`,
  };
}

/** The form of names in the conventions. https://opentelemetry.io/docs/specs/semconv/general/naming/ */
const NAME = /^[a-z][a-z0-9]*([._][a-z0-9]+)*$/;

function undefinedIssue(name: string): OwnIssue | undefined {
  const namespace = reservedNamespace(name);
  if (namespace !== undefined)
    return {
      id: 'missing_attribute',
      level: 'violation',
      message: `The semantic conventions don't define ${name}, and the namespace ${namespace}.* is theirs.`,
      todo: `Look for the attribute that they define for this, or use a namespace of your own, such as dice.*.`,
    };
  if (!NAME.test(name))
    return {
      id: 'invalid_format',
      level: 'violation',
      message: `${JSON.stringify(name)} is not written like the names of the semantic conventions.`,
      todo: 'Use lower case, with a dot between namespaces and an underscore between words: dice.roll_value.',
    };
  if (name.includes('.')) return undefined;
  return {
    id: 'missing_namespace',
    level: 'improvement',
    message: `${name} has no namespace, so it may mean something else in another app.`,
    todo: `Put a namespace before it, such as dice.${name}.`,
  };
}

const NAMES: Readonly<Record<ValueType, string>> = {
  string: 'a text',
  int: 'a whole number',
  double: 'a number',
  boolean: 'true or false',
  'string[]': 'a list of texts',
  any: 'anything',
};

function typeIssue(name: string, value: AttributeValue, { type }: Definition): OwnIssue | undefined {
  if (hasType(value, type)) return undefined;
  return {
    id: 'type_mismatch',
    level: 'violation',
    message: `${name} should be ${NAMES[type]}, and is ${shown(value)}.`,
    todo: `Set ${NAMES[type]}, so that a search for it finds yours too.`,
  };
}

/** Whether a value has the type. A whole number is a number too: JavaScript doesn't tell 1 from 1.0. */
function hasType(value: AttributeValue, type: ValueType): boolean {
  const tests: Readonly<Record<ValueType, () => boolean>> = {
    any: () => true,
    string: () => typeof value === 'string',
    int: () => Number.isInteger(value),
    double: () => typeof value === 'number',
    boolean: () => typeof value === 'boolean',
    'string[]': () => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  };
  return value === null || tests[type]();
}

/** Returns a value as JSON, so that 200 and "200" differ, cut to a length that fits a sentence. */
function shown(value: AttributeValue): string {
  const kind = typeof value === 'string' ? 'the text ' : '';
  const text = JSON.stringify(value);
  return kind + (text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function memberIssue(name: string, value: AttributeValue, { members }: Definition): OwnIssue | undefined {
  if (members.length === 0 || members.includes(textOf(value))) return undefined;
  return {
    id: 'undefined_enum_variant',
    level: 'information',
    message: `${name} is ${shown(value)}, which is not one of the values that the semantic conventions list.`,
    todo: `They list ${members.slice(0, 8).join(', ')}${members.length > 8 ? ' and others' : ''}.`,
  };
}

const textOf = (value: AttributeValue): string => (typeof value === 'string' ? value : JSON.stringify(value));
