// Runs test files in the order of their names, because later files rely on earlier ones.
// https://jestjs.io/docs/configuration#testsequencer-string
import Sequencer from '@jest/test-sequencer';

export default class ByName extends Sequencer {
  sort(tests) {
    return [...tests].sort((one, other) => (one.path < other.path ? -1 : 1));
  }
}
