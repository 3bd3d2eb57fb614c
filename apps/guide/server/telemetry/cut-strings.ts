// Cuts long texts in JSON while it streams in, so that a line of 10 MB in a log costs no more than its beginning.

/** Bytes that are kept of a text. */
export const LONGEST_TEXT = 16 * 1024;

const [QUOTE, BACKSLASH, U] = [0x22, 0x5c, 0x75];

/** Where in an escape sequence the next byte is: outside, after the backslash, or before this many hex digits. */
const [PLAIN, ESCAPED, HEX_DIGITS] = [0, -1, 4];

/** Returns whether a byte is the first of a character in UTF-8. */
const startsCharacter = (byte: number): boolean => (byte & 0xc0) !== 0x80;

const sizeOf = (bytes: number): string =>
  bytes < 1e6 ? `${String(Math.round(bytes / 1e3))} kB` : `${String(Math.round(bytes / 1e5) / 10)} MB`;

export class CutStrings {
  /** How many texts were cut. */
  cut = 0;
  #isInside = false;
  /** Bytes of the text so far. */
  #length = 0;
  /** Whether the rest of the text is left out. */
  #isSkipping = false;
  #escape = PLAIN;

  /** Returns what is kept of the next piece of the document. A text that was cut says how long it was. */
  keep(chunk: Buffer): Buffer {
    const kept: Buffer[] = [];
    let from = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const wasSkipping = this.#isSkipping;
      this.#read(chunk[at] ?? 0);
      if (wasSkipping === this.#isSkipping) continue;
      kept.push(wasSkipping ? this.#note() : chunk.subarray(from, at));
      from = at;
    }
    return this.#isSkipping ? Buffer.concat(kept) : Buffer.concat([...kept, chunk.subarray(from)]);
  }

  #read(byte: number): void {
    if (!this.#isInside) return this.#outside(byte);
    this.#length += 1;
    if (this.#escape !== PLAIN) this.#escape = this.#escaped(byte);
    else if (byte === QUOTE) this.#isInside = this.#isSkipping = false;
    else this.#character(byte);
  }

  #outside(byte: number): void {
    if (byte !== QUOTE) return;
    this.#isInside = true;
    this.#length = 0;
  }

  #character(byte: number): void {
    if (this.#length > LONGEST_TEXT && startsCharacter(byte)) this.#isSkipping = true;
    if (byte === BACKSLASH) this.#escape = ESCAPED;
  }

  #escaped(byte: number): number {
    if (this.#escape > PLAIN) return this.#escape - 1;
    return byte === U ? HEX_DIGITS : PLAIN;
  }

  #note(): Buffer {
    this.cut += 1;
    return Buffer.from(`… cut from ${sizeOf(this.#length)}`);
  }
}
