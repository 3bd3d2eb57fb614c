// A stream of server-sent events that all windows of this origin share. Over HTTP/1.1, a browser opens six connections
// to one origin, and a stream keeps one of them. So seven visible windows with a stream each would get no answer to
// anything. A shared worker holds the stream. A browser without shared workers opens a stream for each window.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#authoring-notes

export interface StreamListener {
  /** URL of the stream, relative to the page. */
  readonly url: string;
  /** URL of the worker, relative to the page. */
  readonly worker: string;
  /** What to do with the data of each type of event. */
  readonly on: Readonly<Record<string, (data: string) => void>>;
  /** The stream is open, also again. The server then sends all that there is to know. */
  readonly onOpen?: () => void;
  /** The stream is broken. @param isRefused whether nothing opens it again by itself */
  readonly onError: (isRefused: boolean) => void;
}

/** What a window wants from the worker. */
export interface StreamRequest {
  readonly url: string;
  readonly types: readonly string[];
}

/** Ends what a window wants. */
export const LEAVE = 'leave';

/** An event of the stream, or `open`, or `error` with the data `refused` if nothing opens the stream again. */
export interface StreamNews {
  readonly type: string;
  readonly data: string;
}

type Tell = (news: StreamNews) => void;

/** Listens to a stream. @returns how to end that, after which no function of the listener is called */
export function openStream(listener: StreamListener): () => void {
  const { url, worker, on } = listener;
  const request: StreamRequest = { url: new URL(url, document.baseURI).href, types: Object.keys(on) };
  let hasEnded = false;
  const tell: Tell = (news) => {
    if (!hasEnded) dispatch(listener, news);
  };
  let leave = (): void => undefined;
  const alone = (): void => {
    if (hasEnded) return;
    const source = sourceOf(request, tell);
    leave = () => source.close();
  };
  const shared = sharedWorker(worker);
  if (shared) leave = share(shared, request, { tell, onFailure: alone });
  else alone();
  return () => {
    hasEnded = true;
    leave();
  };
}

/** Starts the worker, or finds the one that runs. Some browsers have none, or forbid it. */
function sharedWorker(url: string): SharedWorker | undefined {
  try {
    return new SharedWorker(url, { type: 'module' });
  } catch {
    return undefined;
  }
}

function dispatch({ on, onOpen, onError }: StreamListener, { type, data }: StreamNews): void {
  if (type === 'open') onOpen?.();
  else if (type === 'error') onError(data === REFUSED);
  else on[type]?.(data);
}

interface Sharer {
  readonly tell: Tell;
  /** The worker could not be loaded. */
  readonly onFailure: () => void;
}

function share(worker: SharedWorker, request: StreamRequest, { tell, onFailure }: Sharer): () => void {
  worker.addEventListener('error', onFailure);
  worker.port.addEventListener('message', ({ data }: MessageEvent<StreamNews>) => tell(data));
  worker.port.start();
  worker.port.postMessage(request);
  return () => {
    worker.port.postMessage(LEAVE);
    worker.port.close();
  };
}

const REFUSED = 'refused';

/** Opens the stream itself, and tells of everything that it brings. */
export function sourceOf({ url, types }: StreamRequest, tell: Tell): EventSource {
  const source = new EventSource(url);
  for (const type of types)
    source.addEventListener(type, ({ data }: MessageEvent<string>) => tell({ type, data: String(data) }));
  source.addEventListener('open', () => tell({ type: 'open', data: '' }));
  source.addEventListener('error', () =>
    tell({ type: 'error', data: source.readyState === EventSource.CLOSED ? REFUSED : '' }),
  );
  return source;
}
