// The state of a hop of a signal, without its place.
import type { FindingId } from '../../../../lab/findings.ts';
import type { PipelineHop } from '../../contract.ts';

export type HopState = Pick<PipelineHop, 'ok' | 'says' | 'todo' | 'finding'>;

export const works = (says: string): HopState => ({ ok: true, says });
export const broken = (finding: FindingId, says: string, todo: string): HopState => ({
  ok: false,
  finding,
  says,
  todo,
});
