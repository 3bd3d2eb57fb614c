// The error of an action that can't be done. Its message goes to the instructor.

/** `status` is 400 for a wrong body, 404 for a seat that isn't there, and 409 for an action that doesn't fit now. */
export class BadAction extends Error {
  readonly status: 400 | 404 | 409;

  constructor(message: string, status: 400 | 404 | 409 = 400) {
    super(message);
    this.name = 'BadAction';
    this.status = status;
  }
}

/** An action that was possible a moment ago, or for another seat. */
export const notNow = (message: string): BadAction => new BadAction(message, 409);
