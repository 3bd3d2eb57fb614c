// The values of the chart: those of a lab and those of the operator. A lab in a class has only the former.
import { choice, flag, group, integer } from '../schema/schema.ts';
import type { ValueOf } from '../schema/schema.ts';
import { env, labValues, resources } from '../values.ts';

const operatorValues = group(
  "The operator, which creates the labs of a class. A cluster has one: a release that finds another release's " +
    'operator brings none.',
  {
    enabled: flag({
      doc: 'Whether this release brings the operator. Installing it requires cluster-admin permissions.',
      default: true,
    }),
    replicas: integer({
      doc: 'How many pods run. One leads, and another takes over when it stops.',
      default: 2,
      minimum: 1,
      maximum: 5,
    }),
    logLevel: choice({
      doc: 'The lowest level that the operator logs.',
      default: 'info',
      options: ['trace', 'debug', 'info', 'warn', 'error'],
    }),
    env: env('the operator', ['POD_NAME', 'POD_IP', 'POD_NAMESPACE']),
    resources: resources('the operator', { cpu: '50m', memory: '64Mi' }, { memory: '256Mi' }),
    crds: group('The definitions of Workshop and Seat.', {
      keep: flag({
        doc: 'Whether they stay after an uninstall. Without them, every Workshop is deleted too.',
        default: true,
      }),
    }),
  },
);

/** Every value of the chart. */
export const chartValues = group('The values of the chart.', { ...labValues.fields, operator: operatorValues });

export type ChartValues = ValueOf<typeof chartValues>;
