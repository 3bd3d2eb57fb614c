// The description of the chart's values: the lab's values and the operator's. A lab in a class has only the lab's
// values.
import { choice, flag, group, integer } from '../schema/schema.ts';
import type { ValueOf } from '../schema/schema.ts';
import { env, labValues, resources } from '../values.ts';

const operatorValues = group(
  "The operator, which creates the labs of a class. A cluster has only one. A release that finds another's " +
    'operator installs none.',
  {
    enabled: flag({
      doc: 'Whether this release installs the operator. That requires cluster-admin permissions.',
      default: true,
    }),
    replicas: integer({
      doc: 'How many operator pods run. One is the leader, and another takes over when the leader stops.',
      default: 2,
      minimum: 1,
      maximum: 5,
    }),
    logLevel: choice({
      doc: 'The lowest level of messages that the operator logs.',
      default: 'info',
      options: ['trace', 'debug', 'info', 'warn', 'error'],
    }),
    env: env('the operator', ['POD_NAMESPACE']),
    resources: resources('the operator', { cpu: '50m', memory: '64Mi' }, { memory: '256Mi' }),
    crds: group('The CustomResourceDefinitions of Workshop and Seat.', {
      keep: flag({
        doc:
          'Whether the definitions stay after an uninstall. If they are removed, Kubernetes deletes every ' +
          'Workshop too.',
        default: true,
      }),
    }),
  },
);

/** The description of every value of the chart. */
export const chartValues = group('The values of the chart.', { ...labValues.fields, operator: operatorValues });

export type ChartValues = ValueOf<typeof chartValues>;
