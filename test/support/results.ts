// Counts passed and failed tests. A jest project reports its own counts. Any other program counts as one test.

import { basename } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

export interface Results {
  readonly passed: number;
  readonly failed: number;
  /** What failed: a line for each test or file, with its first words of why. */
  readonly failures?: readonly string[];
}

/** The parts of the report of jest's option `--json` that the stages use. */
export interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  /** The number of skipped tests. */
  readonly numPendingTests: number;
  /** The number of test files that could not be loaded. */
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly FileReport[];
}

interface FileReport {
  /** The absolute path of the test file. */
  readonly name: string;
  readonly status: string;
  /** Why the file can't be loaded, or all failures of its tests. */
  readonly message: string;
  readonly assertionResults: readonly TestReport[];
}

interface TestReport {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages?: readonly string[] | null;
}

/** The length of a failure's line, in characters. CI services cut long logs, and a message may hold a whole page. */
const LONGEST_FAILURE = 300;

/**
 * Converts jest's report to counts. Skipped tests and files that can't be loaded both count as failed. A skipped test
 * proves nothing, and a file that can't be loaded hides its tests.
 */
export function resultsOf(report: JestReport): Results {
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numPendingTests + report.numRuntimeErrorTestSuites,
    failures: report.testResults.flatMap(failuresOf),
  };
}

function failuresOf({ name, status, message, assertionResults }: FileReport): string[] {
  const failed = assertionResults.filter((test) => test.status !== 'passed');
  const file = basename(name);
  if (failed.length === 0) return status === 'failed' ? [failureText(file, message)] : [];
  return failed.map((test) =>
    failureText(`${file}: ${test.fullName}`, test.failureMessages?.[0] ?? `The test is ${test.status}.`),
  );
}

/** Formats a failure as one line: where, and the message without its colours, stack trace and line breaks. */
function failureText(where: string, message: string): string {
  const [said = ''] = stripVTControlCharacters(message).split(/\n\s+at /);
  return `${where}: ${said.replace(/\s+/g, ' ').trim()}`.slice(0, LONGEST_FAILURE);
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
