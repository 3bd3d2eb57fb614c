// Several steps of which each is to be tried, whatever comes of the others.
import { NotLeadingError } from '../../kubernetes/api.ts';
import { asError } from '../../support/as-error.ts';

export class Attempts {
  readonly errors: Error[] = [];

  /** @returns what the step does, or undefined where it fails */
  async attempt<T>(step: () => Promise<T>): Promise<T | undefined> {
    try {
      return await step();
    } catch (thrown) {
      this.errors.push(asError(thrown));
      return undefined;
    }
  }

  /** @throws what failed, all in one where it is several; that another process leads says it all */
  end(): void {
    const [first, ...others] = this.errors;
    if (first === undefined) return;
    const decisive =
      this.errors.find((error) => error instanceof NotLeadingError) ?? (others.length === 0 ? first : undefined);
    throw (
      decisive ??
      new AggregateError(this.errors, `${this.errors.length} of its steps failed, the first: ${first.message}`)
    );
  }
}
