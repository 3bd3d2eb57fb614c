import type { RecordedLab } from '../state.ts';
import { isSelected } from './down.ts';

const lab: RecordedLab = { reach: { context: 'kind-a' }, namespace: 'n', release: 'r' };

test.each([
  [{}, true],
  [{ context: 'kind-a' }, true],
  [{ context: 'kind-a', namespace: 'n', release: 'r' }, true],
  [{ context: 'kind-b' }, false],
  [{ namespace: 'other' }, false],
  [{ context: 'kind-a', release: 'other' }, false],
])(
  'detects whether npm run down with the options %j removes the lab r in namespace n of kind-a: %s',
  (given, meant) => {
    expect(isSelected(lab, given)).toBe(meant);
  },
);
