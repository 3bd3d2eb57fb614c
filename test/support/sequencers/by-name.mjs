// Runs test files in the order of their names, for files that build on each other.
// https://jestjs.io/docs/configuration#testsequencer-string
import Sequencer from '@jest/test-sequencer';

export default class ByName extends Sequencer {
  sort(tests) {
    return [...tests].sort((one, other) => (one.path < other.path ? -1 : 1));
  }
}
