// Where the pages read metrics: the guide's memory, or Prometheus.
import type { Charts, Instruments } from '../../explore-contract.ts';

export interface Metrics {
  charts(minutes: number): Promise<Charts>;
  instruments(service: string, minutes: number): Promise<Instruments>;
}
