// Decides when a process collects garbage, besides the collections of V8 itself.

/** The growth of the heap in bytes from which a collection is worth its pause. */
const WORTHWHILE = 2 ** 20;

/**
 * Returns a function that collects garbage if the heap has grown by 1 MiB since the collection before. An idle process
 * thus collects nothing.
 * @param collect collects garbage
 * @param heapSize returns the bytes of the heap that are in use
 */
export function collectorOfGrowth(collect: () => void, heapSize: () => number): () => void {
  let before = 0;
  return () => {
    if (heapSize() < before + WORTHWHILE) return;
    collect();
    before = heapSize();
  };
}
