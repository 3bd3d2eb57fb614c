// Starts the test files with the longest waits first, so that other files compute in the meantime. The other files keep
// jest's order.
// https://jestjs.io/docs/configuration#testsequencer-string
import Sequencer from '@jest/test-sequencer';

const waiting = [
  /\/cluster\/port-forward$/,
  /\/integration\/(engine-bookmarks|cluster|leader)$/,
  /\/e2e\/(operator-faults|collector|bad-input|releases)$/,
];

const waits = ({ path }) => waiting.some((name) => name.test(path.replace(/\.test\.ts$/, '')));

export default class WaitingFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    return [...sorted.filter(waits), ...sorted.filter((test) => !waits(test))];
  }
}
