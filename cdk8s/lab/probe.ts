// The Job that `helm test` runs. It sends a span to the Collector and reads it from Jaeger. Only the chart contains
// this Job, not the lab of a seat.
import { Construct } from 'constructs';
import { backends } from './app.ts';
import { metadata, podLabels } from './lab.ts';
import type { LabProps } from './lab.ts';
import { job } from './manifest.ts';
import { container, podSpec } from './workload.ts';

const COMPONENT = 'probe';

const RESOURCES = { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '128Mi' } };

export class Probe extends Construct {
  constructor(scope: Construct, id: string, lab: LabProps) {
    super(scope, id);
    const probe = container(lab, COMPONENT, {
      image: lab.values.image,
      command: ['node', '/app/probe.js'],
      env: lab.compute.env(backends(lab), {}),
      ports: {},
      resources: RESOURCES,
    });
    job(this, 'job', {
      metadata: metadata(lab, COMPONENT, {
        annotations: { 'helm.sh/hook': 'test', 'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded' },
      }),
      spec: {
        backoffLimit: 1,
        activeDeadlineSeconds: 120,
        ttlSecondsAfterFinished: 300,
        template: {
          metadata: { labels: podLabels(lab, COMPONENT) },
          spec: { ...podSpec(lab, probe), restartPolicy: 'Never' },
        },
      },
    });
  }
}
