// The worker of the page "Explore". It reads, parses and compares traces, so that the page stays responsive.
import { get, messageOf } from './api.ts';
import { TraceLibrary } from './explore/trace-library.ts';
import type { Question, Reply } from './explore/trace-messages.ts';

// A worker's URLs are relative to its script, which is one folder below the guide.
const library = new TraceLibrary((path) => get(`../${path}`));
const tell = (reply: Reply): void => postMessage(reply);

addEventListener('message', ({ data }: MessageEvent<Question>) => {
  if (data.ask === 'read') void read();
  else if (data.ask === 'match') match(data.id, data.text);
  else compare(data.id, data.marked);
});

async function read(): Promise<void> {
  try {
    await library.read((rows, reading) => tell({ tell: 'rows', rows, reading }));
  } catch (error) {
    tell({ tell: 'failed', message: messageOf(error) });
  }
}

function match(id: number, text: string): void {
  const traceIds = library.match(text);
  tell({ tell: 'matched', id, traceIds, hint: traceIds.length > 0 ? '' : library.hintFor(text) });
}

function compare(id: number, marked: readonly string[]): void {
  const began = performance.now();
  const comparison = library.compare(new Set(marked));
  tell({ tell: 'compared', id, comparison, took: performance.now() - began });
}
