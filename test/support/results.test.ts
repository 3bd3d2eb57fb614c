import { sum, resultsOf, resultsText } from './results.ts';
import type { JestReport } from './results.ts';

type FileReport = JestReport['testResults'][number];

describe("the counts from jest's report", () => {
  const clean = {
    ...{ numPassedTests: 7, numFailedTests: 0, numPendingTests: 0, numRuntimeErrorTestSuites: 0 },
    testResults: [],
  };

  test('counts passed and failed tests', () => {
    expect(resultsOf({ ...clean, numFailedTests: 2 })).toEqual({ passed: 7, failed: 2, failures: [] });
  });

  test('counts a skipped test as failed', () => {
    expect(resultsOf({ ...clean, numPendingTests: 1 })).toEqual({ passed: 7, failed: 1, failures: [] });
  });

  test('counts a file that could not be loaded as failed', () => {
    expect(resultsOf({ ...clean, numRuntimeErrorTestSuites: 1 })).toEqual({ passed: 7, failed: 1, failures: [] });
  });
});

describe('the failures in the report', () => {
  const failuresOf = (status: string, message: string, assertionResults: FileReport['assertionResults']) =>
    resultsOf({
      ...{ numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, numRuntimeErrorTestSuites: 0 },
      testResults: [{ name: '/somewhere/roll.test.ts', status, message, assertionResults }],
    }).failures;

  test('names the file, the test and the message of each failed and skipped test, one line each', () => {
    const colours = '\u001b[31mexpected 6\u001b[39m\n\n  found 7\n    at roll.ts:3:1\n    at dice.ts:9:1';
    expect(
      failuresOf('failed', 'all of them', [
        { fullName: 'rolls', status: 'passed', failureMessages: [] },
        { fullName: 'rolls a 6', status: 'failed', failureMessages: [colours, 'a second one'] },
        { fullName: 'rolls later', status: 'pending', failureMessages: [] },
      ]),
    ).toEqual(['roll.test.ts: rolls a 6: expected 6 found 7', 'roll.test.ts: rolls later: The test is pending.']);
  });

  test('names a file that could not be loaded', () => {
    expect(failuresOf('failed', 'Cannot find module x\n    at y', [])).toEqual(['roll.test.ts: Cannot find module x']);
  });

  test('lists nothing if all tests passed', () => {
    expect(failuresOf('passed', '', [{ fullName: 'rolls', status: 'passed', failureMessages: [] }])).toEqual([]);
  });

  test('cuts a long message', () => {
    expect(failuresOf('failed', 'x'.repeat(9_000), [])?.[0]).toHaveLength(300);
  });
});

test('formats the number of tests in all stages as one line', () => {
  expect(
    resultsText(
      sum([
        { passed: 1, failed: 0 },
        { passed: 20, failed: 3 },
      ]),
    ),
  ).toBe('21 passed, 3 failed');
});
