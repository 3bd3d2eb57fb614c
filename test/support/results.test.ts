import { sum, resultsOf, resultsText } from './results.ts';

describe("the counts from jest's report", () => {
  const clean = { numPassedTests: 7, numFailedTests: 0, numPendingTests: 0, numRuntimeErrorTestSuites: 0 };

  test('counts passed and failed tests', () => {
    expect(resultsOf({ ...clean, numFailedTests: 2 })).toEqual({ passed: 7, failed: 2 });
  });

  test('counts a skipped test as failed', () => {
    expect(resultsOf({ ...clean, numPendingTests: 1 })).toEqual({ passed: 7, failed: 1 });
  });

  test('counts a file that could not be loaded as failed', () => {
    expect(resultsOf({ ...clean, numRuntimeErrorTestSuites: 1 })).toEqual({ passed: 7, failed: 1 });
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
