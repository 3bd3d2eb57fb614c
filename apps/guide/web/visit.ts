// The script of the pages that an instructor sees in a learner's lab. When the board ends the visit, these pages go
// back to the board. Otherwise their next request would begin another visit.
import { ENDED_VISITS } from './class/look-in.ts';

/** The board is at the root of the origin at which instructors look in. */
const BOARD = '/board';

new BroadcastChannel(ENDED_VISITS).addEventListener('message', ({ data: seat }: MessageEvent<string>) => {
  if (location.pathname.startsWith(`/s/${seat}/`)) location.replace(BOARD);
});
