import type { Condition } from '../../kubernetes/object.ts';
import { stateOf } from './state.ts';

/** Builds conditions from texts such as "Ready=True/SeatsReady". */
const conditions = (...texts: readonly string[]): Condition[] =>
  texts.map((text) => {
    const [type = '', status = '', reason = ''] = text.split(/[=/]/);
    return { type, status: status as 'True', reason, message: '', lastTransitionTime: '2026-01-05T09:00:00Z' };
  });

const fine = ['Progressing=False/Complete', 'Degraded=False/AsExpected', 'NetworkIsolation=Unknown/NotProbed'];
const ready = 'Ready=True/SeatsReady';

/** Conditions that each decide the state against all that stand below them in this list. */
const worstFirst = [
  'Ready=False/Terminating',
  'Ready=False/InvalidSpec',
  'Progressing=False/DeletionUnconfirmed',
  'Ready=False/Expired',
  'Degraded=True/WriteRefused',
  'Degraded=True/RolloutStopped',
  'Degraded=True/SeatsFailed',
  'NetworkIsolation=False/Unenforced',
  'CapacityAvailable=False/InsufficientCapacity',
  'ImagesReady=False/ErrImagePull',
  'Progressing=False/Paused',
  'FaultsApplied=False/UnknownFault',
  'Progressing=False/Scheduled',
  'Progressing=True/Updating',
  'Ready=False/SeatsNotReady',
  'AccessReady=False/KubeconfigsEndEarly',
];
const typeOf = (text = ''): string => text.split('=')[0] ?? '';
const pairs = worstFirst.flatMap((worse, index) =>
  worstFirst.slice(index + 1).map((other): [string, string] => [worse, other]),
);

test.each(pairs.filter(([worse, other]) => typeOf(worse) !== typeOf(other)))(
  'prefers the condition %s to the condition %s',
  (worse, other) => {
    expect(stateOf(conditions(other, worse))).toBe(worse.split('/')[1]);
  },
);

test.each(worstFirst.filter((text) => !text.startsWith('Ready')))(
  'does not say SeatsReady for ready seats with the condition %s',
  (text) => {
    expect(stateOf(conditions(ready, text))).toBe(text.split('/')[1]);
  },
);

test.each([
  [[ready, ...fine], 'SeatsReady'],
  [[ready, ...fine, 'ImagesReady=False/NotAllYet'], 'SeatsReady'],
  [[ready, ...fine, 'ImagesReady=Unknown/NotReadable', 'CapacityAvailable=Unknown/NotReadable'], 'SeatsReady'],
  [[], 'Unknown'],
])('returns for the conditions %j the state %s', (texts, state) => {
  expect(stateOf(conditions(...texts))).toBe(state);
});
