// What every construct of the operator is given, and what they share.
import type { k8s } from 'cdk8s-plus-27';
import { labels } from '../lab/lab.ts';
import type { LabProps } from '../lab/lab.ts';
import type { ChartValues } from './values.ts';

export interface OperatorProps extends LabProps {
  readonly values: ChartValues;
}

/** Names that the operator has whatever the release that brings it: its cluster role is what a second release finds it by. */
export const OPERATOR = {
  component: 'operator',
  clusterRole: 'intro-otel-operator',
  lease: 'intro-otel-operator',
} as const;

/** The metadata of an object in no namespace, or in another than the release's. */
export const metadataElsewhere = (
  lab: LabProps,
  component: string,
  name: string,
  namespace?: string,
): k8s.ObjectMeta => ({ name, ...(namespace !== undefined && { namespace }), labels: labels(lab, component) });
