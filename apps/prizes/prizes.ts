// The prize for each roll. Version 2 of the service gives better prizes.

export interface Prize {
  readonly name: string;
  readonly points: number;
}

const shelf = ['a sticker', 'a pencil', 'a kazoo', 'a yo-yo', 'a lava lamp', 'a giant panda'];

/** Returns the prize for a roll from 1 to 6, or undefined for any other number. */
export function prizeFor(version: string, roll: number): Prize | undefined {
  const name = shelf[roll - 1];
  if (!name) return undefined;
  const better = version.startsWith('2.');
  return { name: better ? `${name} that glows` : name, points: better ? roll * 20 : roll * 10 };
}
