// Runs several steps and collects their errors. The other steps still run after one fails.
import { NotLeadingError } from '../../kubernetes/api.ts';
import { asError } from '../../support/errors.ts';

export class Attempts {
  readonly errors: Error[] = [];

  /**
   * Runs a step and keeps its error, if it fails.
   * @returns the step's result, or undefined if the step fails
   */
  async attempt<T>(step: () => Promise<T>): Promise<T | undefined> {
    try {
      return await step();
    } catch (thrown) {
      this.errors.push(asError(thrown));
      return undefined;
    }
  }

  /**
   * Throws the errors of the failed steps, if any.
   * @throws the error itself if one step failed, or an AggregateError if several failed. If one of the errors is a
   * NotLeadingError, throws only that error.
   */
  end(): void {
    const [first, ...others] = this.errors;
    if (first === undefined) return;
    const notLeading = this.errors.find((error) => error instanceof NotLeadingError);
    if (notLeading) throw notLeading;
    if (others.length === 0) throw first;
    throw new AggregateError(this.errors, `${this.errors.length} steps failed. The first error: ${first.message}`);
  }
}
