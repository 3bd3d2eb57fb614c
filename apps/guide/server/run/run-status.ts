// Reads what dice tells about a Run. The learner's code runs in the same process and could answer anything, so every
// field is checked and cut to size.

/** How far dice has come, as far as the guide believes it. */
export interface DiceStatus {
  readonly n: number;
  readonly isServing: boolean;
  readonly isTrial: boolean;
  readonly pending?: { readonly n: number; readonly stage: 'checking' | 'starting' };
  readonly failed?: { readonly n: number; readonly kind: string; readonly text: string; readonly line?: number };
}

const LONGEST = 4_000; // characters of an error

type Fields = Readonly<Record<string, unknown>>;
const objectOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null ? (value as Fields) : undefined;

/** Returns dice's status, or undefined if the text is none. */
export function parsedStatus(body: string): DiceStatus | undefined {
  try {
    const given = objectOf(JSON.parse(body));
    if (!given || typeof given['n'] !== 'number') return undefined;
    const [pending, failed] = [objectOf(given['pending']), objectOf(given['failed'])];
    return {
      n: given['n'],
      isServing: given['isServing'] === true,
      isTrial: given['isTrial'] === true,
      ...(pending && { pending: { n: Number(pending['n']), stage: stageOf(pending['stage']) } }),
      ...(failed && { failed: failureOf(failed) }),
    };
  } catch {
    return undefined;
  }
}

const stageOf = (value: unknown): 'checking' | 'starting' => (value === 'starting' ? 'starting' : 'checking');
const textOf = (value: unknown): string => (typeof value === 'string' ? value.slice(0, LONGEST) : '');

function failureOf({ n, kind, text, line }: Fields): NonNullable<DiceStatus['failed']> {
  const place = Number.isSafeInteger(line) && Number(line) > 0 ? { line: Number(line) } : {};
  return { n: Number(n), kind: textOf(kind), text: textOf(text), ...place };
}
