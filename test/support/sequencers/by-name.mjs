// Runs test files in the order of their names, where one builds on what the others leave. https://jestjs.io/docs/configuration#testsequencer-string
import Sequencer from '@jest/test-sequencer';

export default class ByName extends Sequencer {
  sort(tests) {
    return [...tests].sort((one, other) => (one.path < other.path ? -1 : 1));
  }
}
