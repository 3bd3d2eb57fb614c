// Kubernetes quantities: 1000m and 1 are the same amount.
// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/

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

/** The number of a quantity, in units: 0.5 for `500m`; undefined for what is none. */
export function amountOf(quantity: unknown): number | undefined {
  if (typeof quantity !== 'string' && typeof quantity !== 'number') return undefined;
  const [, digits, exponent, suffix = ''] =
    /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/.exec(String(quantity)) ?? [];
  if (digits === undefined) return undefined;
  return exponent === undefined ? Number(digits) * (SUFFIXES[suffix] ?? 1) : Number(digits + exponent);
}

/** Whether two quantities are the same amount, but for what floating point adds. */
export function sameAmount(a: unknown, b: unknown): boolean {
  const [one, other] = [amountOf(a), amountOf(b)];
  return one !== undefined && other !== undefined && Math.abs(one - other) <= Math.abs(one) * 1e-12;
}
