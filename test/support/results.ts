// Counts tests. A stage that is one program counts as one test; a stage that is jest counts what jest counted.

export interface Results {
  passed: number;
  failed: number;
}

/** The part of jest's `--json` report that is counted. */
export interface JestReport {
  numPassedTests: number;
  numFailedTests: number;
  /** Skipped and disabled ones. */
  numPendingTests: number;
  /** Files that could not be run at all. */
  numRuntimeErrorTestSuites: number;
}

/** A skipped test proves nothing, and a file that can't be run hides its tests: both count as failed. */
export function resultsOf(report: JestReport): Results {
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numPendingTests + report.numRuntimeErrorTestSuites,
  };
}

export function sum(tallies: readonly Results[]): Results {
  return tallies.reduce((all, one) => ({ passed: all.passed + one.passed, failed: all.failed + one.failed }), {
    passed: 0,
    failed: 0,
  });
}

export function resultsText({ passed, failed }: Results): string {
  return `${passed} passed, ${failed} failed`;
}
