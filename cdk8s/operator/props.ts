// The props of the operator's constructs, and the names that the constructs share.
import { labels } from '../lab/lab.ts';
import type { LabProps } from '../lab/lab.ts';
import type { ObjectMeta } from '../lab/manifest.ts';
import type { Values } from '../lab/value.ts';
import type { ChartValues } from './values.ts';

export interface OperatorProps extends LabProps {
  readonly values: Values<ChartValues>;
}

/**
 * Names that are the same in every release. A second release finds an existing operator by the name of its ClusterRole.
 */
export const OPERATOR = {
  component: 'operator',
  clusterRole: 'intro-otel-operator',
  lease: 'intro-otel-operator',
} as const;

/** Returns the metadata of an object that is cluster-scoped or outside the release's namespace. */
export const metadataElsewhere = (lab: LabProps, component: string, name: string, namespace?: string): ObjectMeta => ({
  name,
  ...(namespace !== undefined && { namespace }),
  labels: labels(lab, component),
});

/**
 * Environment variables that turn off the libraries that send URLs and log lines by OTLP, should somebody set
 * INSTRUMENTATION to `auto`. The names of seats are in them, and so names of people.
 */
export const NO_NAMES = { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'http,undici,pino,express' } as const;
