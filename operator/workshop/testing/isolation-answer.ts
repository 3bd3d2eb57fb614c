// Answers of the isolation test's pod, for tests.
import { CONNECTED } from '../../../apps/isolation-probe/contract.ts';
import type { Answer, PathResult } from '../../../apps/isolation-probe/contract.ts';

const shut: PathResult = { tried: 2, guarded: 0, reached: 0, names: [] };

/** The answer in a network that isolates seats. */
export const SHUT: Answer = {
  control: CONNECTED,
  linkLocal: 'off',
  paths: { service: shut, podIPv4: shut, operator: shut, node: shut },
};

/** The answer in a network that does not isolate the Services of seats. */
export const OPEN: Answer = {
  ...SHUT,
  paths: { ...SHUT.paths, service: { ...shut, reached: 1, names: ['class-seat-02/lab-dice:8080'] } },
};
