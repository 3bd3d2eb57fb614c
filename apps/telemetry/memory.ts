// A lab is many small processes on one laptop: this asks V8 to grow the heap late rather than early. It costs no CPU
// that could be measured, and a fifth of the memory; README.md has the figures. Imported first, before there is a heap.
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--optimize-for-size');
