import { chartFiles } from './helm/chart.ts';
import { differences } from './synth.ts';

test('names each file that differs, is missing or is stray', () => {
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

test('says in the first line of every chart file that it is generated', () => {
  const opening = ([path, text]: [string, string]): string =>
    (path.endsWith('.json') ? text.split('\n')[1] : text.split('\n')[0]) ?? '';
  const silent = [...chartFiles()]
    .filter((file) => !opening(file).includes('Generated from cdk8s/'))
    .map(([path]) => path);
  expect(silent).toEqual([]);
});

test('generates the same files twice', () => {
  expect(chartFiles()).toEqual(chartFiles());
});
