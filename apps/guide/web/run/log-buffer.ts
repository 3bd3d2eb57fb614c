// Keeps the newest lines of a log. It limits their number and length, because a program may print without end.

const maxLines = 400;
const maxLength = 2_000;

export class LogBuffer {
  #lines: string[] = [];
  #dropped = 0;

  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Number of lines that were dropped from the start of the log. */
  get dropped(): number {
    return this.#dropped;
  }

  add(line: string): void {
    this.#lines.push(
      line.length > maxLength ? `${line.slice(0, maxLength)}… (${line.length - maxLength} more characters)` : line,
    );
    if (this.#lines.length <= 2 * maxLines) return;
    this.#dropped += this.#lines.length - maxLines;
    this.#lines = this.#lines.slice(-maxLines);
  }

  clear(): void {
    this.#lines = [];
    this.#dropped = 0;
  }

  text(): string {
    const shown = this.#lines.slice(-maxLines);
    const dropped = this.#dropped + this.#lines.length - shown.length;
    return (dropped > 0 ? [`(${dropped} older lines are not shown)`, ...shown] : shown).join('\n');
  }
}
