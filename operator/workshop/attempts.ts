// Runs several steps and collects their errors. A failed step does not stop the others.
import { NotLeadingError } from '../../kubernetes/api.ts';
import { asError } from '../../support/as-error.ts';

export class Attempts {
  readonly errors: Error[] = [];

  /**
   * Runs a step and keeps its error.
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
   * Reports the errors of all steps.
   * @throws the error if one step failed, or an AggregateError if several failed. A NotLeadingError replaces all other
   * errors.
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
