// The shared worker that holds the streams of all windows of this origin: one stream for each URL.
import { LEAVE, sourceOf } from './shared-stream.ts';
import type { StreamNews, StreamRequest } from './shared-stream.ts';

/** Milliseconds after which a stream that has not opened counts as lost. */
const PATIENCE = 5_000;

class Stream {
  readonly #request: StreamRequest;
  readonly #windows = new Set<MessagePort>();
  #source: EventSource | undefined;
  #openedAt = 0;

  constructor(request: StreamRequest) {
    this.#request = request;
  }

  /**
   * Adds a window. The server sends all that there is to know at the start of a stream, so the stream begins anew, for
   * all windows. Windows that come at the same time share the beginning.
   */
  add(window: MessagePort): void {
    this.#windows.add(window);
    if (!this.#isOpening()) this.#open();
  }

  /** Removes a window. The last one ends the stream. */
  remove(window: MessagePort): void {
    if (this.#windows.delete(window) && this.#windows.size === 0) this.#source?.close();
  }

  #isOpening(): boolean {
    return this.#source?.readyState === EventSource.CONNECTING && performance.now() - this.#openedAt < PATIENCE;
  }

  #open(): void {
    this.#source?.close();
    this.#openedAt = performance.now();
    this.#source = sourceOf(this.#request, (news) => this.#tell(news));
  }

  #tell(news: StreamNews): void {
    for (const window of this.#windows) window.postMessage(news);
  }
}

const streams = new Map<string, Stream>();

function streamOf(request: StreamRequest): Stream {
  const known = streams.get(request.url) ?? new Stream(request);
  streams.set(request.url, known);
  return known;
}

addEventListener('connect', (event) => {
  const [window] = (event as MessageEvent).ports;
  if (!window) return;
  let stream: Stream | undefined;
  const leave = (): void => stream?.remove(window);
  window.addEventListener('message', ({ data }: MessageEvent<StreamRequest | typeof LEAVE>) => {
    if (data === LEAVE) return leave();
    stream = streamOf(data);
    stream.add(window);
  });
  // A window that has crashed says nothing.
  window.addEventListener('close', leave);
  window.start();
});
