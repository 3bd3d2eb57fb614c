// Describes the answer of each app in one line, for pages and terminals.
import type { Round, Visit } from './contract.ts';

export function roundInWords({ error, roll, prize, version }: Round): string {
  if (error !== undefined) return `The round was lost: ${error}`;
  const source = version === undefined ? '' : ` (prizes ${version})`;
  return `You rolled a ${roll ?? '?'} and won ${prize?.name ?? 'nothing'}${source}.`;
}

export function visitInWords(path: string, { status, body }: Visit): string {
  const text = body.trim();
  if (status === 0) return `dice did not answer ${path}: ${text}`;
  return `${path} answered ${status}: ${text.length > 300 ? `${text.slice(0, 300)}…` : text}`;
}
