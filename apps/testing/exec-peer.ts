// The API server's side of exec by WebSocket, for tests: the handshake, and messages whose first byte names a channel.
// https://www.rfc-editor.org/rfc/rfc6455#section-5.2
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** What RFC 6455 adds to the key before it computes the answer. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Codes of frames. */
const [BINARY, CLOSE] = [2, 8];

export class ExecPeer {
  /** Path and query of the request. */
  readonly url: string;
  /** All messages so far, each as the number of its channel and its text. */
  readonly received: (readonly [channel: number, text: string])[] = [];
  readonly #socket: Duplex;
  #waiting = Buffer.alloc(0);

  /** Accepts a request for a WebSocket. @param onMessage is called with each message */
  constructor(
    { url = '', headers }: IncomingMessage,
    socket: Duplex,
    onMessage: (peer: ExecPeer, channel: number, text: string) => void = () => undefined,
  ) {
    this.url = url;
    this.#socket = socket;
    const accept = createHash('sha1').update(`${headers['sec-websocket-key']}${GUID}`).digest('base64');
    const [protocol = ''] = (headers['sec-websocket-protocol'] ?? '').split(', ');
    const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
    const own = [`Sec-WebSocket-Accept: ${accept}`, `Sec-WebSocket-Protocol: ${protocol}`];
    socket.write(`${[...lines, ...own].join('\r\n')}\r\n\r\n`);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => this.#read(chunk, onMessage));
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  send(channel: number, text: string): void {
    this.#frame(BINARY, Buffer.concat([Buffer.of(channel), Buffer.from(text)]));
  }

  /** Ends the connection, as when the program has ended. */
  end(): void {
    this.send(3, JSON.stringify({ kind: 'Status', status: 'Success' }));
    this.#frame(CLOSE, Buffer.of(0x03, 0xe8));
    this.#socket.end();
  }

  /** Breaks the connection, as when a network fails. */
  break(): void {
    this.#socket.destroy();
  }

  #frame(code: number, body: Buffer): void {
    const length = body.length < 126 ? Buffer.of(body.length) : Buffer.of(126, body.length >> 8, body.length & 255);
    this.#socket.write(Buffer.concat([Buffer.of(0x80 | code), length, body]));
  }

  #read(chunk: Buffer, onMessage: (peer: ExecPeer, channel: number, text: string) => void): void {
    this.#waiting = Buffer.concat([this.#waiting, chunk]);
    for (let frame = frameIn(this.#waiting); frame; frame = frameIn(this.#waiting)) {
      this.#waiting = this.#waiting.subarray(frame.size);
      if (frame.code === CLOSE) return void this.#socket.end();
      const message = [frame.body[0] ?? 0, frame.body.subarray(1).toString()] as const;
      this.received.push(message);
      onMessage(this, ...message);
    }
  }
}

/** Returns the first frame of a client, if it is complete. */
function frameIn(bytes: Buffer): { code: number; body: Buffer; size: number } | undefined {
  if (bytes.length < 6) return undefined;
  const short = (bytes[1] ?? 0) & 0x7f;
  const [length, start] = short === 126 ? [bytes.readUInt16BE(2), 4] : [short, 2];
  const size = start + 4 + length;
  if (bytes.length < size) return undefined;
  const mask = bytes.subarray(start, start + 4);
  const body = Buffer.from(bytes.subarray(start + 4, size).map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
  return { code: (bytes[0] ?? 0) & 0x0f, body, size };
}
