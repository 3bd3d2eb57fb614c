// Words for states of a class. The server's pages and the browser's script share them, so this module imports no code.
import type { ClassState } from '../../class-state.ts';

export const stateInWords: Readonly<Record<ClassState, string>> = {
  Open: 'open',
  NotStarted: 'not started yet',
  Over: 'over',
  Full: 'full',
  Paused: 'paused',
  Preparing: 'seats are being made',
};
