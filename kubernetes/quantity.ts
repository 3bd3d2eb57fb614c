// Parses Kubernetes quantities and computes with amounts of resources.
// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/

/** A quantity as in a manifest: `500m`, `64Mi` or `2`. */
export type Quantity = string | number;

/**
 * An amount of each resource, by the resource's name. The amounts are counted as the scheduler counts them: CPU in
 * thousandths of a core, all other resources in whole units.
 */
export type Amounts = Readonly<Record<string, number>>;

const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/**
 * Returns a quantity as a number of units, such as 0.5 for `500m`. Returns undefined if the value is not a quantity.
 */
export function unitsOf(quantity: unknown): number | undefined {
  if (typeof quantity !== 'string' && typeof quantity !== 'number') return undefined;
  const [, digits, exponent, suffix = ''] =
    /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/.exec(String(quantity)) ?? [];
  if (digits === undefined) return undefined;
  return exponent === undefined ? Number(digits) * (SUFFIXES[suffix] ?? 1) : Number(digits + exponent);
}

/** Returns a quantity as a number of units, such as 0.5 for `500m`. @throws Error if it is not a quantity */
export function parseQuantity(quantity: Quantity): number {
  const units = unitsOf(quantity);
  if (units === undefined) throw new Error(`Expected a quantity such as 500m or 64Mi, found ${quantity}.`);
  return units;
}

/** Returns whether two quantities are the same amount, such as 1000m and 1. It tolerates floating-point errors. */
export function sameAmount(a: unknown, b: unknown): boolean {
  const [one, other] = [unitsOf(a), unitsOf(b)];
  return one !== undefined && other !== undefined && Math.abs(one - other) <= Math.abs(one) * 1e-12;
}

const isCpu = (resource: string): boolean => resource === 'cpu' || resource.endsWith('.cpu');

/** Rounds up, after removing floating-point errors: 0.1 × 3 cores are 300 thousandths, not 301. */
const roundedUp = (amount: number): number => Math.ceil(Number(amount.toPrecision(15)));

/**
 * Returns a quantity of the resource as the scheduler counts it: CPU in thousandths of a core, all other resources in
 * whole units. Rounds up. @throws Error if it is not a quantity
 */
export const amountOf = (resource: string, quantity: Quantity): number =>
  roundedUp(parseQuantity(quantity) * (isCpu(resource) ? 1000 : 1));

/**
 * Returns the quantities of several resources as the scheduler counts them. @throws Error if one of them is not a
 * quantity
 */
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
/** Returns, for each resource, the greater of its amounts in `a` and `b`. */
export const greater = combine(Math.max);

export const sum = (all: readonly Amounts[]): Amounts => all.reduce(plus, {});

const BINARY = [
  ['Ti', 2 ** 40],
  ['Gi', 2 ** 30],
  ['Mi', 2 ** 20],
  ['Ki', 2 ** 10],
] as const;

/**
 * Formats an amount of a resource for people: `1500m`, `2`, `1.5Gi` or `110`. Rounds memory and storage to one decimal
 * of a unit such as Gi.
 */
export function amountText(resource: string, amount: number): string {
  if (isCpu(resource)) return amount % 1000 === 0 ? String(amount / 1000) : `${amount}m`;
  if (!/memory|storage/.test(resource)) return String(amount);
  const [suffix, unit] = BINARY.find(([, size]) => Math.abs(amount) >= size) ?? ['', 1];
  return `${Math.round((amount / unit) * 10) / 10}${suffix}`;
}
