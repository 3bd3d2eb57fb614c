// The route GET /api/run: streams the state and the log of the learner's pods as Server-Sent Events.
// https://html.spec.whatwg.org/multipage/server-sent-events.html
import { Router } from 'express';
import type { Response } from 'express';
import type { PodEvent } from '../../contract.ts';
import type { LiveRequirements } from '../live-requirements.ts';
import type { PodWatcher } from '../pods/watcher.ts';
import { editingDisabled } from './files.ts';
import { refuse } from './errors.ts';

const maxListeners = 16; // tabs that listen at the same time
const backlog = 256 * 1024; // bytes that may wait for a page that does not read

/** @param live tells which requirements of a step are seen */
export function runApi(watcher: PodWatcher | undefined, live: LiveRequirements): Router {
  const router = Router();
  router.get('/', (_request, response) => {
    if (!watcher) return refuse(response, editingDisabled, 503);
    if (watcher.listeners >= maxListeners)
      return refuse(response, `expected at most ${maxListeners} tabs, found more. Close some.`, 429);
    response
      .set({ 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
      .flushHeaders();
    response.write('retry: 1000\n\n');
    const write = writerTo(response);
    const stops = [watcher.listen(write), live.listen(write)];
    const beat = setInterval(() => response.write(': still here\n\n'), 15_000);
    response.once('close', () => {
      clearInterval(beat);
      for (const stop of stops) stop();
    });
  });
  return router;
}

/** Writes events to a page. If the page reads too slowly, log lines are dropped, and the page is told how many. */
function writerTo(response: Response): (event: PodEvent) => void {
  let missed = 0;
  const write = ({ type, data }: PodEvent) => response.write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  return (event) => {
    if (event.type === 'log' && response.writableLength > backlog) {
      missed += 1;
      return;
    }
    if (missed > 0 && event.type === 'log')
      write({ ...event, data: { ...event.data, line: `… ${missed} lines left out, because the page was too slow` } });
    if (event.type === 'log') missed = 0;
    write(event);
  };
}
