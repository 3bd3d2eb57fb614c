import { optionsOf } from './service-choice.ts';

test.each([
  ['dice', ['arcade', 'dice'], undefined, ['arcade', 'dice']],
  ['flask', ['arcade', 'dice'], undefined, ['flask (sent nothing)', 'arcade', 'dice']],
  ['dice', undefined, undefined, ['dice']],
  ['', ['portal'], 'all', ['all', 'portal']],
  ['', undefined, 'all', ['all']],
])('offers, with %s chosen, of %j only what sent something', (chosen, sent, all, labels) => {
  expect(optionsOf(chosen, sent, all).map(([, label]) => label)).toEqual(labels);
});
