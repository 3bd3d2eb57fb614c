// What the panel shows of a request: one trace, or the pieces into which the request has fallen.
import type { TraceOfPage } from '../../contract.ts';
import { united } from './pieces.ts';

export interface DrawnRequest {
  /** All that has arrived, as if it were one trace. */
  readonly whole: TraceOfPage;
  /** The traces of the request. The first one is that of its caller. */
  readonly pieces: readonly [TraceOfPage, ...TraceOfPage[]];
  /** The services that the request should join in one trace, in the order in which one calls the next. */
  readonly joins: readonly string[];
}

export const drawnRequest = (pieces: DrawnRequest['pieces'], joins: readonly string[]): DrawnRequest => ({
  whole: pieces.length === 1 ? pieces[0] : united(pieces),
  pieces,
  joins,
});
