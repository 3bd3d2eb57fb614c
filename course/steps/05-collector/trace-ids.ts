// Makes trace ids of which a sampler keeps the expected share, so that no verdict is left to chance. The Collector's
// probabilistic_sampler decides by a hash of the id, or in its mode "proportional" by the last digits of the id.
// https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/processor/probabilisticsamplerprocessor
import { randomBytes } from 'node:crypto';

const BUCKETS = 0x4000;
const FNV = { offset: 0x811c9dc5, prime: 0x01000193 };

/** Returns the bucket of a trace id, from 0 to 16383: its FNV-1a hash behind a seed of 0. */
export function bucketOf(traceId: string): number {
  const bytes = [0, 0, 0, 0, ...Buffer.from(traceId, 'hex')];
  const hash = bytes.reduce((sum, byte) => Math.imul(sum ^ byte, FNV.prime), FNV.offset);
  return hash & (BUCKETS - 1);
}

/** Makes a trace id for a visit. The ids of all visits are spread evenly, both by their hashes and by their digits. */
export function spreadId(index: number, all: number): string {
  // Neighbours are far apart, so that any few visits in a row have some that are kept.
  const slot = (index * 7) % all;
  for (;;) {
    const traceId = idWith(Math.floor((slot + 0.5) * (0x10000 / all)));
    if (Math.floor((bucketOf(traceId) * all) / BUCKETS) === slot) return traceId;
  }
}

function idWith(place: number): string {
  const digits = place.toString(16).padStart(4, '0');
  return `${randomBytes(9).toString('hex')}${digits}${randomBytes(3).toString('hex')}${digits}`;
}
