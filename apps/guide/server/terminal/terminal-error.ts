/** Says why there is no terminal, and what to do. */
export class TerminalError extends Error {
  /** Status of the HTTP answer. */
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.name = 'TerminalError';
    this.status = status;
  }
}
