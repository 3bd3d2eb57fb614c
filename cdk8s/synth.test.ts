import { chartFiles } from './helm/chart.ts';
import { differences } from './synth.ts';

test('reports each chart file that differs, is missing, or is not generated', () => {
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
    'edited: differs from the generated file',
    'lost: is missing',
    'stray: is not generated',
  ]);
});

test('marks every chart file as generated in its first lines', () => {
  const opening = ([path, text]: [string, string]): string =>
    (path.endsWith('.json') ? text.split('\n')[1] : text.split('\n')[0]) ?? '';
  const silent = [...chartFiles()]
    .filter((file) => !opening(file).includes('Generated from cdk8s/'))
    .map(([path]) => path);
  expect(silent).toEqual([]);
});

test('generates the same chart files each time', () => {
  expect(chartFiles()).toEqual(chartFiles());
});
