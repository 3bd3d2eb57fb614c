// Checks instruments: their unit, name and buckets, and how many values their attributes have.
// https://github.com/instrumentation-score/spec/tree/main/rules
import type { Attributes } from '../attributes.ts';
import { attributeIssues } from './attributes.ts';
import type { Issue, Sighting } from './finding.ts';
import { misplacedOnSignal } from './levels.ts';
import { definitionOf } from './registry.ts';
import type { Sources } from './sources.ts';
import { isLibrary } from './spans.ts';
import { isUnit, meantUnit, unitInName } from './units.ts';

/** An instrument, as the service has reported it. */
export interface InstrumentInput {
  /** Name of the meter. */
  readonly scope: string;
  readonly name: string;
  readonly unit: string;
  readonly series: readonly { readonly attributes: Attributes; readonly bounds: readonly number[] }[];
}

/**
 * The most values of an attribute. The score allows 10,000 in an hour. A lab runs for minutes with few requests, and
 * the guide keeps 100 series of an instrument, so the guide takes fewer for a sign that there is no bound.
 * @see https://github.com/instrumentation-score/spec/blob/main/rules/MET-001.md
 */
const MOST_VALUES = 30;

/** How many values suffice if each of them looks like an id. */
const ENOUGH_IDS = 3;

const ID = /^(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?=.*\d)[0-9a-f]{16,}|\d{6,})$/i;

/** Returns what there is to say about the instruments of a service. */
export const metricSightings = (instruments: readonly InstrumentInput[], sources: Sources): Sighting[] =>
  instruments.flatMap((instrument) =>
    [
      ...(isLibrary(instrument.scope) ? [] : ownIssues(instrument, instruments)),
      ...pointIssues(instrument, sources),
    ].map((issue) => ({
      ...issue,
      signal: 'metric' as const,
      subject: instrument.name,
      place: issue.place ?? sources.text(instrument.name),
    })),
  );

const ownIssues = (instrument: InstrumentInput, all: readonly InstrumentInput[]): Issue[] =>
  [unitIssue(instrument), nameIssue(instrument), keyIssue(instrument), ...sameNameIssues(instrument, all)].filter(
    (issue) => issue !== undefined,
  );

function unitIssue({ name, unit }: InstrumentInput): Issue | undefined {
  if (isUnit(unit)) return undefined;
  const rest = { level: 'improvement', rule: 'MET-002' } as const;
  if (unit === '')
    return {
      ...rest,
      id: 'missing_unit',
      message: `${name} has no unit, so nobody knows what its numbers mean.`,
      todo: "Give it one when you create it: { unit: 's' }, { unit: 'By' }, or { unit: '{roll}' } for what you count.",
    };
  return {
    ...rest,
    id: 'invalid_unit',
    message: `${name} has the unit ${JSON.stringify(unit)}, which is not one of UCUM.`,
    todo: `Write ${JSON.stringify(meantUnit(unit))}.`,
  };
}

function nameIssue({ name, unit }: InstrumentInput): Issue | undefined {
  const word = unitInName(name, unit);
  if (word === undefined) return undefined;
  return {
    id: 'unit_in_name',
    level: 'improvement',
    rule: 'MET-005',
    message: `The name ${name} has its unit in it: ${word}.`,
    todo: 'Take it out of the name, and give it as the unit. A name stays the same if the unit changes.',
  };
}

function keyIssue({ name }: InstrumentInput): Issue | undefined {
  if (definitionOf(name) === undefined) return undefined;
  return {
    id: 'metric_named_like_attribute',
    level: 'improvement',
    rule: 'MET-006',
    message: `The semantic conventions have an attribute ${name}, and this metric has the same name.`,
    todo: 'Give the metric a name of its own, such as dice.rolls.',
  };
}

/** Returns issues of instruments that have the same name and differ in what must be the same. */
function sameNameIssues({ name }: InstrumentInput, all: readonly InstrumentInput[]): Issue[] {
  const same = all.filter((one) => one.name === name);
  const units = new Set(same.map(({ unit }) => unit));
  const bounds = new Set(
    same.flatMap(({ series }) => series.map((one) => String(one.bounds)).filter((text) => text !== '')),
  );
  const rest = { level: 'improvement' } as const;
  return [
    units.size > 1 && {
      ...rest,
      id: 'several_units' as const,
      rule: 'MET-003' as const,
      message: `${name} is reported with different units: ${[...units].map((unit) => unit || 'none').join(', ')}.`,
      todo: 'Give both instruments the same unit, or different names.',
    },
    bounds.size > 1 && {
      ...rest,
      id: 'several_bucket_bounds' as const,
      rule: 'MET-004' as const,
      message: `${name} is reported with different buckets, so its percentiles are not exact.`,
      todo: 'Create both histograms with the same explicitBucketBoundaries, or give them different names.',
    },
  ].filter((issue) => issue !== false);
}

function pointIssues({ scope, name, series }: InstrumentInput, sources: Sources): Issue[] {
  const origin = { sources, isLibrary: isLibrary(scope) };
  return valuesByAttribute(series).flatMap(([attribute, values]) => {
    const [value = null] = values;
    const attributes = { [attribute]: value };
    const issues = [...attributeIssues(attributes, origin), ...misplacedOnSignal(attributes, sources)];
    const isUnbounded = hasNoBound(values) && (!origin.isLibrary || sources.attribute(attribute) !== undefined);
    return isUnbounded ? [...issues, cardinalityIssue(name, attribute, values, sources)] : issues;
  });
}

function valuesByAttribute(series: InstrumentInput['series']): [string, Attributes[string][]][] {
  const entries = series.flatMap(({ attributes }) => Object.entries(attributes));
  return [...Map.groupBy(entries, ([name]) => name)].map(([name, pairs]) => {
    const byText = new Map(pairs.map(([, value]) => [JSON.stringify(value), value]));
    return [name, [...byText.values()]];
  });
}

const hasNoBound = (values: readonly unknown[]): boolean =>
  values.length > MOST_VALUES || (values.length >= ENOUGH_IDS && values.every((value) => ID.test(String(value))));

const cardinalityIssue = (name: string, attribute: string, values: readonly unknown[], sources: Sources): Issue => ({
  id: 'high_cardinality',
  level: 'improvement',
  rule: 'MET-001',
  attribute,
  message: `${attribute} already has ${values.length} values in ${name}. Each one is a series that somebody must keep.`,
  todo: 'Set it on the span instead, and give the metric only attributes with few values.',
  place: sources.attribute(attribute),
});
