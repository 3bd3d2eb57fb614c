// Spreads points that cover each other, while the mouse is on one of them, so that the mouse can reach each of them.

export interface Position {
  readonly x: number;
  readonly y: number;
}

/** Pixels: points that are closer cover each other. */
const close = 8;
/** Pixels between points that are spread. */
const apart = 15;
/** The most points that are spread. The others are in the chart's table. */
const most = 9;

/**
 * Returns by how many pixels each point near `key` moves to the right. The point itself stays where it is. Empty if no
 * other point is near it.
 */
export function fanOf(positions: ReadonlyMap<string, Position>, key: string): ReadonlyMap<string, number> {
  const centre = positions.get(key);
  if (!centre) return new Map();
  const distance = ({ x, y }: Position) => Math.hypot(x - centre.x, y - centre.y);
  const near = [...positions]
    .filter(([, position]) => distance(position) < close)
    .sort(([one, a], [other, b]) => Number(other === key) - Number(one === key) || distance(a) - distance(b))
    .slice(0, most);
  if (near.length < 2) return new Map();
  const row = near.sort(([, a], [, b]) => a.x - b.x).map(([name]) => name);
  const middle = row.indexOf(key);
  return new Map(row.map((name, at) => [name, centre.x + (at - middle) * apart - (positions.get(name)?.x ?? 0)]));
}
