// A shell of the terminal, over a WebSocket that the guide passes on to the API server. The first byte of each message
// names its channel: https://github.com/kubernetes/kubernetes/blob/v1.34.0/staging/src/k8s.io/apimachinery/pkg/util/remotecommand/constants.go

const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const CHANNELS = { input: 0, output: 1, error: 2, end: 3, size: 4 } as const;

/** Milliseconds between two messages that keep the connection open. Proxies close one that is silent for a minute. */
const HEARTBEAT_MS = 25_000;

/** Milliseconds without a key after which the shell is closed. */
const IDLE_MS = 10 * 60_000;

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Why a shell has ended: the program has, the page has closed it, nobody typed, or the connection broke. */
export type End = 'exited' | 'closed' | 'idle' | 'broken';

export interface ShellEvents {
  readonly onOutput: (bytes: Uint8Array) => void;
  readonly onEnd: (end: End) => void;
}

export class Shell {
  readonly #socket: WebSocket;
  readonly #beat: number;
  #size: Size;
  #typedAt = Date.now();
  #end: End = 'broken';

  /** Resolves when the shell is there. @throws Error if there is none */
  static open(size: Size, events: ShellEvents): Promise<Shell> {
    const url = new URL('api/terminal/shell', document.baseURI);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url, PROTOCOLS);
    socket.binaryType = 'arraybuffer';
    return new Promise((resolve, reject) => {
      const refused = () => reject(new Error('The shell could not be opened. Try again in a moment.'));
      socket.addEventListener('error', refused, { once: true });
      socket.addEventListener('open', () => resolve(new Shell(socket, size, events)), { once: true });
    });
  }

  private constructor(socket: WebSocket, size: Size, { onOutput, onEnd }: ShellEvents) {
    this.#socket = socket;
    this.#size = size;
    this.resize(size);
    this.#beat = window.setInterval(() => this.#keepOpen(), HEARTBEAT_MS);
    socket.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => {
      const [channel, bytes] = [new Uint8Array(data)[0], new Uint8Array(data, 1)];
      if (channel === CHANNELS.end) this.#end = 'exited';
      else onOutput(bytes);
    });
    socket.addEventListener('close', () => {
      clearInterval(this.#beat);
      onEnd(this.#end);
    });
  }

  type(text: string): void {
    this.#typedAt = Date.now();
    this.#send(CHANNELS.input, text);
  }

  resize(size: Size): void {
    this.#size = size;
    this.#send(CHANNELS.size, JSON.stringify({ Width: size.columns, Height: size.rows }));
  }

  close(end: End = 'closed'): void {
    this.#end = end;
    this.#socket.close();
  }

  #keepOpen(): void {
    if (Date.now() - this.#typedAt > IDLE_MS) this.close('idle');
    else this.resize(this.#size);
  }

  #send(channel: number, text: string): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    const bytes = new TextEncoder().encode(text);
    const message = new Uint8Array(bytes.length + 1);
    message[0] = channel;
    message.set(bytes, 1);
    this.#socket.send(message);
  }
}
