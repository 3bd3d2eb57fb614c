// Counts tests. A program counts as one test. For a jest project, jest's own counts are used.

export interface Results {
  readonly passed: number;
  readonly failed: number;
}

/** The counts in jest's `--json` report. */
export interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  /** Skipped tests. */
  readonly numPendingTests: number;
  /** Files that could not be loaded. */
  readonly numRuntimeErrorTestSuites: number;
}

/** A skipped test proves nothing, and a file that can't be loaded hides its tests. Both count as failed. */
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
