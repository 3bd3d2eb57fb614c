// Connects to a server that may be between its end and its next start. It tries again while nothing listens. If the
// connection breaks off before any byte of the answer, it sends the request once more. Tracing is above all that, so a
// request has one span.
import type { ClientRequestArgs } from 'node:http';
import { connect } from 'node:net';
import type { NetConnectOpts, Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** Milliseconds between two attempts. */
const PAUSE = 15;

/** Nothing listens. */
const REFUSED = 'ECONNREFUSED';

/** The server has ended after its kernel took the connection. */
const BROKEN: readonly string[] = ['ECONNRESET', 'EPIPE'];

/**
 * Returns a function for the option `createConnection` of a request. It tries again for `within` milliseconds while the
 * connection is refused, as between the end of a program and its next start. An aborted signal ends it sooner. It is
 * for requests that a server may get twice: https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2
 */
export function connectWithin(within: number, signal?: AbortSignal): (options: ClientRequestArgs) => Duplex {
  return (options) => {
    const end = performance.now() + within;
    return new PatientConnection(
      () => connect(options as NetConnectOpts),
      () => signal?.aborted !== true && performance.now() + PAUSE < end,
    );
  };
}

/**
 * A connection that outlives its sockets as long as the server has sent nothing. It keeps what was sent until then, and
 * has no back pressure, because a request without a body is short.
 */
class PatientConnection extends Duplex {
  readonly #open: () => Socket;
  readonly #mayRetry: () => boolean;
  #socket: Socket;
  #sent: Buffer[] = [];
  #isAnswered = false;
  #isSentAgain = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(open: () => Socket, mayRetry: () => boolean) {
    super();
    this.#open = open;
    this.#mayRetry = mayRetry;
    this.#socket = this.#connected();
  }

  /** Tracing reads the address and the port of the other side. */
  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.#socket.remotePort;
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (!this.#isAnswered) this.#sent.push(bytes);
    if (this.#timer === undefined) this.#socket.write(bytes);
    done();
  }

  override _final(done: () => void): void {
    if (this.#timer === undefined) this.#socket.end();
    done();
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#timer);
    this.#socket.destroy();
    done(error);
  }

  #connected(): Socket {
    const socket = this.#open();
    socket.on('data', (bytes: Buffer) => {
      this.#isAnswered = true;
      this.#sent = [];
      if (!this.push(bytes)) socket.pause();
    });
    socket.once('end', () => {
      if (!this.#isRetried(BROKEN[0])) this.push(null);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (!this.#isRetried(error.code)) this.destroy(error);
    });
    return socket;
  }

  /** Tries again after the end of a socket, if that is right. @returns whether it does */
  #isRetried(code = ''): boolean {
    if (this.#isAnswered || this.destroyed || !this.#mayRetry()) return false;
    const isBroken = BROKEN.includes(code) && !this.#isSentAgain;
    if (code !== REFUSED && !isBroken) return false;
    this.#isSentAgain ||= isBroken;
    this.#socket.removeAllListeners().on('error', () => undefined);
    this.#socket.destroy();
    this.#timer = setTimeout(() => this.#tryAgain(), PAUSE);
    return true;
  }

  #tryAgain(): void {
    this.#timer = undefined;
    this.#socket = this.#connected();
    for (const bytes of this.#sent) this.#socket.write(bytes);
    if (this.writableFinished) this.#socket.end();
  }
}
