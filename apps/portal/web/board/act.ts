// Asks the server for an action, and shows what became of it.
import type { Action, ActionError, AddedAnswer, LinkAnswer } from '../../board/contract.ts';
import { fill, h } from '../../../guide/web/dom.ts';

export type Outcome =
  | { readonly isDone: true; readonly link?: LinkAnswer; readonly added?: AddedAnswer }
  | { readonly isDone: false; readonly error: string; readonly isLoggedOut?: boolean };

/** Milliseconds for an answer. The server itself waits at most 5 s for the cluster. */
const PATIENCE = 15_000;

const workshop = (): string => document.body.dataset['workshop'] ?? '';
const token = (): string => document.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? '';

/** Asks for an action. It doesn't throw. */
export async function act(action: Action): Promise<Outcome> {
  try {
    const answer = await fetch(`/board/${workshop()}/actions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-intro-otel-csrf': token() },
      body: JSON.stringify(action),
      signal: AbortSignal.timeout(PATIENCE),
    });
    return await outcomeOf(answer);
  } catch {
    return {
      isDone: false,
      error: 'The board did not answer. It may have happened all the same: look before you repeat it.',
    };
  }
}

async function outcomeOf(answer: Response): Promise<Outcome> {
  if (answer.status === 204) return { isDone: true };
  if (answer.ok) return doneWith((await answer.json()) as LinkAnswer | AddedAnswer);
  if (answer.status === 401) return { isDone: false, error: 'You are logged out.', isLoggedOut: true };
  const { error } = (await answer.json().catch(() => ({}))) as Partial<ActionError>;
  return { isDone: false, error: error ?? `The board answered with status ${answer.status}. Try again.` };
}

const doneWith = (answer: LinkAnswer | AddedAnswer): Outcome =>
  'url' in answer ? { isDone: true, link: answer } : { isDone: true, added: answer };

/** Shows an outcome in an element with the role `status`. */
export function report(status: HTMLElement, outcome: Outcome, done: string): void {
  status.dataset['tone'] = outcome.isDone ? 'good' : 'bad';
  if (outcome.isDone) fill(status, done);
  else fill(status, outcome.error, outcome.isLoggedOut && [' ', h('a', { href: '/login' }, 'Log in again')]);
}
