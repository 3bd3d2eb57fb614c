// Makes V8 optimize the portal for speed again. The preloaded file telemetry/memory.ts makes it optimize for size. That
// suits the programs of a lab, but the portal passes on the requests of a whole class. Optimized for size, it needs
// twice the processor time for each of them: see docs/benchmarks.md.
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--no-optimize-for-size');
