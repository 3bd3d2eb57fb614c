// Counts passed and failed tests. A jest project reports its own counts. Any other program counts as one test.

export interface Results {
  readonly passed: number;
  readonly failed: number;
}

/** The counts in the report of jest's option `--json`. */
export interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  /** The number of skipped tests. */
  readonly numPendingTests: number;
  /** The number of test files that could not be loaded. */
  readonly numRuntimeErrorTestSuites: number;
}

/**
 * Converts jest's report to counts. Skipped tests and files that can't be loaded both count as failed. A skipped test
 * proves nothing, and a file that can't be loaded hides its tests.
 */
export function resultsOf(report: JestReport): Results {
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numPendingTests + report.numRuntimeErrorTestSuites,
  };
}

export function sum(results: readonly Results[]): Results {
  return results.reduce((all, one) => ({ passed: all.passed + one.passed, failed: all.failed + one.failed }), {
    passed: 0,
    failed: 0,
  });
}

export function resultsText({ passed, failed }: Results): string {
  return `${passed} passed, ${failed} failed`;
}
