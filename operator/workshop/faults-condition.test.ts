import { LABELS } from '../api/types.ts';
import { faultsCondition } from './faults-condition.ts';
import { aWorkshop } from './testing/fixtures.ts';

const conditionFor = (label: string) =>
  faultsCondition(aWorkshop({ seats: 1 }, { labels: { [LABELS.faults]: label } }));

test('reports nothing about faults for a Workshop without the label', () => {
  expect(faultsCondition(aWorkshop())).toEqual([]);
});

test.each([
  ['', 'All faults are off in every lab.'],
  ['none', 'All faults are off in every lab.'],
  ['spike', 'Every lab has the faults spike.'],
  ['spike.timeouts', 'Every lab has the faults spike and timeouts.'],
])('reports FaultsApplied=True for the label %j', (label, message) => {
  expect(conditionFor(label)).toEqual([{ type: 'FaultsApplied', status: 'True', reason: 'Applied', message }]);
});

test.each([
  ['spkie', 'found "spkie" in "spkie". The label has no effect, and each lab controls its own faults.'],
  ['Spike', 'found "Spike" in "Spike". The label has no effect'],
  ['spike-timeouts', 'found "spike-timeouts" in "spike-timeouts". The label has no effect'],
  ['timeouts.spkie', 'found "spkie" in "timeouts.spkie". Only timeouts of it has an effect.'],
])('reports UnknownFault with the word and the possible words for the label %j', (label, text) => {
  expect(conditionFor(label)).toEqual([
    expect.objectContaining({
      status: 'False',
      reason: 'UnknownFault',
      message: expect.stringContaining(text) as string,
    }),
  ]);
  expect(conditionFor(label)[0]?.message).toContain('to be none or any of spike, timeouts');
});
