// The state of a hop of a signal, without its place in the path.
import type { FindingId } from '../../../../lab/findings.ts';
import type { PipelineHop } from '../../contract.ts';
import { causeWithPlace, placeOf } from '../symptoms/explanation.ts';
import type { Explanation } from '../symptoms/explanation.ts';

export type HopState = Pick<PipelineHop, 'ok' | 'says' | 'place' | 'todo' | 'finding' | 'untested'>;

export const works = (says: string): HopState => ({ ok: true, says });

export const broken = (finding: FindingId, says: string, todo: string): HopState => ({
  ok: false,
  finding,
  says,
  todo,
});

/** Returns the state of a hop that is broken by something in a file of the learner's. */
export const brokenAt = (finding: FindingId, explanation: Explanation, todo = explanation.todo): HopState => ({
  ...broken(finding, causeWithPlace(explanation), todo),
  place: placeOf(explanation),
});

/** Returns the state of a hop that does not work because of another one, which has the finding and says what to do. */
export const suffers = (finding: FindingId, says: string): HopState => ({ ok: false, finding, says });
