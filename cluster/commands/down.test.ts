import type { RecordedLab } from '../state.ts';
import { isMeant } from './down.ts';

const lab: RecordedLab = { reach: { context: 'kind-a' }, namespace: 'n', release: 'r' };

test.each([
  [{}, true],
  [{ context: 'kind-a' }, true],
  [{ context: 'kind-a', namespace: 'n', release: 'r' }, true],
  [{ context: 'kind-b' }, false],
  [{ namespace: 'other' }, false],
  [{ context: 'kind-a', release: 'other' }, false],
])('down with %j means the lab: %s', (given, meant) => {
  expect(isMeant(lab, given)).toBe(meant);
});
