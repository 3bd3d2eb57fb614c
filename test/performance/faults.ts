// Measures how fast the operator repairs objects that changed during a fault of its API server. Unlike in the tests,
// the API server is frozen for a whole minute.
import { testCluster } from '../support/cluster/cluster.ts';
import { FAULTS, FaultyLab } from '../support/cluster/operator-faults.ts';
import type { Fault } from '../support/cluster/operator-faults.ts';
import type { Benchmark, Row } from './benchmark.ts';

const FULL_SIZE: readonly Fault[] = [
  ...Object.values(FAULTS).filter(({ what }) => what !== FAULTS.frozen.what),
  { ...FAULTS.frozen, lasts: 60_000, within: 150_000 },
];

export const faults: Benchmark = {
  name: 'faults',
  about: 'the API server killed, frozen for a minute, and answering 410, 500, nothing or by breaking connections',
  cluster: 'scale',
  run: measureFaults,
};

async function measureFaults(detail: (text: string) => void): Promise<Row[]> {
  const lab = await FaultyLab.start(testCluster().kubeconfig);
  try {
    const rows: Row[] = [];
    for (const fault of FULL_SIZE) {
      detail(fault.what);
      const value = (await lab.meet(fault)) / 1000;
      rows.push({
        what: `${fault.what}, for ${fault.lasts / 1000} s: until all was put right again`,
        unit: 's',
        value,
        bound: { atMost: fault.within / 1000 },
      });
    }
    return rows;
  } finally {
    await lab.stop();
  }
}
