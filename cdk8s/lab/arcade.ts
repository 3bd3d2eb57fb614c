// The arcade: the service that the visitors call. It plays a round by calling dice and prizes within a time budget.
import { Construct } from 'constructs';
import { App, appUrl } from './app.ts';
import { PORTS } from '../../lab/ports.ts';
import type { LabProps } from './lab.ts';
import { ComponentService } from './workload.ts';

const COMPONENT = 'arcade';

export class Arcade extends Construct {
  constructor(scope: Construct, id: string, lab: LabProps) {
    super(scope, id);
    const env = {
      DICE_URL: appUrl(lab, 'dice'),
      PRIZES_URL: appUrl(lab, 'prizes'),
      BUDGET_MS: lab.compute.decimal(lab.values.arcade.budgetMs),
    };
    new App(this, 'app', lab, { component: COMPONENT, values: lab.values.arcade, env });
    new ComponentService(this, 'service', lab, { component: COMPONENT, ports: { http: PORTS.http } });
  }
}
