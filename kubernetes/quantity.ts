// Kubernetes quantities as numbers, and sums of them: what a seat needs, what its quota allows, what a node has left.
import { amountOf as unitsOf } from './amount.ts';

/** A quantity as it is written: `500m`, `64Mi`, `2`. */
export type Quantity = string | number;

/** Amounts by resource name as the scheduler counts them: cpu in thousandths of a core, all else in whole units (bytes, pods). */
export type Amounts = Readonly<Record<string, number>>;

/** The number of a quantity, in units: 0.5 for `500m`. @throws Error for what is none */
export function parseQuantity(quantity: Quantity): number {
  const units = unitsOf(quantity);
  if (units === undefined) throw new Error(`Expected a quantity such as 500m or 64Mi, found ${quantity}.`);
  return units;
}

const isCpu = (resource: string): boolean => resource === 'cpu' || resource.endsWith('.cpu');

/** Rounded up, but not for what floating point has added: 0.1 × 3 of a core are 300 thousandths. */
const roundedUp = (amount: number): number => Math.ceil(Number(amount.toPrecision(15)));

/** A quantity of a resource as the scheduler counts it, rounded up. @throws as parseQuantity */
export const amountOf = (resource: string, quantity: Quantity): number =>
  roundedUp(parseQuantity(quantity) * (isCpu(resource) ? 1000 : 1));

/** @throws as parseQuantity */
export const amountsOf = (quantities: Readonly<Record<string, Quantity>> = {}): Amounts =>
  Object.fromEntries(
    Object.entries(quantities).map(([resource, quantity]) => [resource, amountOf(resource, quantity)]),
  );

const combine =
  (combined: (a: number, b: number) => number) =>
  (a: Amounts, b: Amounts): Amounts =>
    Object.fromEntries(
      [...new Set([...Object.keys(a), ...Object.keys(b)])].map((resource) => [
        resource,
        combined(a[resource] ?? 0, b[resource] ?? 0),
      ]),
    );

export const plus = combine((a, b) => a + b);
export const minus = combine((a, b) => a - b);
/** Of each resource the greater amount. */
export const greater = combine(Math.max);

export const sum = (all: readonly Amounts[]): Amounts => all.reduce(plus, {});

const BINARY = [
  ['Ti', 2 ** 40],
  ['Gi', 2 ** 30],
  ['Mi', 2 ** 20],
  ['Ki', 2 ** 10],
] as const;

/** For people: `1500m`, `2`, `1.5Gi`, `110`. Bytes are rounded to a tenth. */
export function amountText(resource: string, amount: number): string {
  if (isCpu(resource)) return amount % 1000 === 0 ? String(amount / 1000) : `${amount}m`;
  if (!/memory|storage/.test(resource)) return String(amount);
  const [suffix, unit] = BINARY.find(([, size]) => Math.abs(amount) >= size) ?? ['', 1];
  return `${Math.round((amount / unit) * 10) / 10}${suffix}`;
}
