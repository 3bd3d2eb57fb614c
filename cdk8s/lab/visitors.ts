// The visitors: a generator of low, steady load that simulates browsers with different browser plugins and versions.
import { Construct } from 'constructs';
import { App, appUrl } from './app.ts';
import type { LabProps } from './lab.ts';

export class Visitors extends Construct {
  constructor(scope: Construct, id: string, lab: LabProps) {
    super(scope, id);
    const { visitors: values } = lab.values;
    new App(this, 'app', lab, {
      component: 'visitors',
      values,
      env: { ARCADE_URL: appUrl(lab, 'arcade'), ROUNDS_PER_MINUTE: lab.compute.decimal(values.roundsPerMinute) },
    });
  }
}
