// The values of the chart: those of a lab, and those of the operator, which a lab in a class has none of.
import { choice, flag, group, integer } from '../schema/schema.ts';
import type { ValueOf } from '../schema/schema.ts';
import { env, labValues, resources } from '../values.ts';

const operatorValues = group(
  "The operator, which gives a class its labs. One operates a cluster: a release that finds another's leaves it to that.",
  {
    enabled: flag({
      doc: 'Whether this release brings the operator. It needs the rights of a cluster administrator to install.',
      default: true,
    }),
    replicas: integer({
      doc: 'How many run; one of them leads, and another takes over when it is gone.',
      default: 2,
      minimum: 1,
      maximum: 5,
    }),
    logLevel: choice({ doc: 'What it logs.', default: 'info', options: ['trace', 'debug', 'info', 'warn', 'error'] }),
    env: env('the operator', ['POD_NAME', 'POD_IP', 'POD_NAMESPACE']),
    resources: resources('the operator', { cpu: '50m', memory: '64Mi' }, { memory: '256Mi' }),
    crds: group('The definitions of Workshop and Seat.', {
      keep: flag({
        doc: 'Whether they stay when the release is uninstalled; else every Workshop goes with them.',
        default: true,
      }),
    }),
  },
);

/** Every value of the chart. */
export const chartValues = group('The values of the chart.', { ...labValues.fields, operator: operatorValues });

export type ChartValues = ValueOf<typeof chartValues>;
