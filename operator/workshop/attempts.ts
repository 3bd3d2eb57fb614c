// Runs several steps, each of them even if others fail.
import { NotLeadingError } from '../../kubernetes/api.ts';
import { asError } from '../../support/errors.ts';

export class Attempts {
  readonly errors: Error[] = [];

  /** @returns the step's result, or undefined if it fails */
  async attempt<T>(step: () => Promise<T>): Promise<T | undefined> {
    try {
      return await step();
    } catch (thrown) {
      this.errors.push(asError(thrown));
      return undefined;
    }
  }

  /** @throws the error of the steps that failed, or one error for several. A NotLeadingError stands for all. */
  end(): void {
    const [first, ...others] = this.errors;
    if (first === undefined) return;
    const notLeading = this.errors.find((error) => error instanceof NotLeadingError);
    if (notLeading) throw notLeading;
    if (others.length === 0) throw first;
    throw new AggregateError(this.errors, `${this.errors.length} steps failed. The first error: ${first.message}`);
  }
}
