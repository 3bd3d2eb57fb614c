// What the parts of the class bar have in common.
import type { ClassState } from '../../class-contract.ts';

/** A part of the bar. It keeps its elements, so that a new state takes away neither the focus nor what is typed. */
export interface Part {
  readonly element: HTMLElement;
  /** Shows a new state. @param now the time in milliseconds since 1970 */
  show(state: ClassState, now: number): void;
}

export interface Actions {
  /** Sends something, shows why it failed if it does, and then asks for the new state. @returns whether it worked */
  send(method: 'POST' | 'DELETE', path: string, body?: object): Promise<boolean>;
}

/** Whether an element still can have the focus. The browser takes it from a hidden element a moment later. */
export const canHaveFocus = (element: Element | null): boolean =>
  element !== document.body && element instanceof HTMLElement && element.offsetParent !== null;

/** Sets a text only if it differs, so that a screen reader reads nothing again. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
