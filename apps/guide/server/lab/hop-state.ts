// The state of a hop of a signal, without its place.
import type { PipelineHop } from '../../contract.ts';

export type HopState = Pick<PipelineHop, 'ok' | 'says' | 'todo'>;

export const works = (says: string): HopState => ({ ok: true, says });
export const broken = (says: string, todo: string): HopState => ({ ok: false, says, todo });
