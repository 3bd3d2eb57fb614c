import { chartFiles } from './helm/chart.ts';
import { differences } from './synth.ts';

test('a file that differs, one that is missing and one that is stray are each named', () => {
  const wanted = new Map([
    ['same', 'a'],
    ['edited', 'a'],
    ['lost', 'a'],
  ]);
  const found = new Map([
    ['same', 'a'],
    ['edited', 'b'],
    ['stray', 'a'],
  ]);
  expect(differences(wanted, found)).toEqual([
    'edited: differs from what is generated',
    'lost: is missing',
    'stray: is not generated',
  ]);
});

test('every file of the chart says in its first line that it is generated', () => {
  const opening = ([path, text]: [string, string]): string =>
    (path.endsWith('.json') ? text.split('\n')[1] : text.split('\n')[0]) ?? '';
  const silent = [...chartFiles()]
    .filter((file) => !opening(file).includes('Generated from cdk8s/'))
    .map(([path]) => path);
  expect(silent).toEqual([]);
});

test('generating twice gives the same', () => {
  expect(chartFiles()).toEqual(chartFiles());
});
