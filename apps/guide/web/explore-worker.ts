// The worker of the page "Explore". It reads, parses and compares traces, so that the page stays responsive.
import { get, messageOf } from './api.ts';
import { TraceLibrary } from './explore/trace-library.ts';
import type { Question, Reply, Wanted } from './explore/trace-messages.ts';

// A worker's URLs are relative to its script, which is one folder below the guide.
const library = new TraceLibrary((path) => get(`../${path}`));
const tell = (reply: Reply): void => postMessage(reply);

addEventListener('message', ({ data }: MessageEvent<Question>) => {
  if (data.ask === 'read') void read();
  else if (data.ask === 'match') match(data.id, data.wanted);
  else compare(data);
});

async function read(): Promise<void> {
  try {
    await library.read((rows, reading) => tell({ tell: 'rows', rows, reading }));
  } catch (error) {
    tell({ tell: 'failed', message: messageOf(error) });
  }
}

function match(id: number, wanted: Wanted): void {
  tell({ tell: 'matched', id, ...library.match(wanted) });
}

function compare({ id, marked, since }: Extract<Question, { ask: 'compare' }>): void {
  const began = performance.now();
  const compared = library.compare(new Set(marked), since);
  tell({ tell: 'compared', id, ...compared, took: performance.now() - began });
}
