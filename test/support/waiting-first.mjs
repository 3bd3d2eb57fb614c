// Begins with the files that mostly wait, so that the others compute meanwhile; those in jest's own order. https://jestjs.io/docs/configuration#testsequencer-string
import Sequencer from '@jest/test-sequencer';

const waiting = /\/apps\/guide\/course\/solutions\.test\.ts$|\/cluster\/door\.test\.ts$/;

export default class WaitingFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    return [...sorted.filter(({ path }) => waiting.test(path)), ...sorted.filter(({ path }) => !waiting.test(path))];
  }
}
