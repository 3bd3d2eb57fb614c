// The properties of every construct of the operator, and the names that they share.
import { labels } from '../lab/lab.ts';
import type { LabProps } from '../lab/lab.ts';
import type { ObjectMeta } from '../lab/manifest.ts';
import type { Values } from '../lab/value.ts';
import type { ChartValues } from './values.ts';

export interface OperatorProps extends LabProps {
  readonly values: Values<ChartValues>;
}

/** Names that don't depend on the release. A second release recognises an operator by its cluster role. */
export const OPERATOR = {
  component: 'operator',
  clusterRole: 'intro-otel-operator',
  lease: 'intro-otel-operator',
} as const;

/** The metadata of a cluster-scoped object, or of one outside the release's namespace. */
export const metadataElsewhere = (lab: LabProps, component: string, name: string, namespace?: string): ObjectMeta => ({
  name,
  ...(namespace !== undefined && { namespace }),
  labels: labels(lab, component),
});
