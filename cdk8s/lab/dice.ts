// The dice, whose code is the learner's own: it comes from a ConfigMap, not from the image.
import { Construct } from 'constructs';
import { k8s } from 'cdk8s-plus-27';
import { App } from './app.ts';
import { DOMAIN, PORTS, metadata, nameOf } from './lab.ts';
import type { LabProps } from './lab.ts';
import { ComponentService } from './workload.ts';

const COMPONENT = 'dice';

/** Says what source was given, so that an upgrade can tell the learner's edits from it. */
const GIVEN = `${DOMAIN}/given-sha256`;

export class Dice extends Construct {
  constructor(scope: Construct, id: string, lab: LabProps) {
    super(scope, id);
    const { current, given } = lab.compute.diceSource();
    const name = nameOf(lab, COMPONENT);
    new k8s.KubeConfigMap(this, 'source', {
      metadata: metadata(lab, COMPONENT, { annotations: { [GIVEN]: lab.compute.sha256(given) } }),
      data: { 'app.ts': current },
    });
    new App(this, 'app', lab, {
      component: COMPONENT, values: lab.values.dice, config: { name, path: '/app/dice', text: current },
    });
    new ComponentService(this, 'service', lab, { component: COMPONENT, ports: { http: PORTS.http } });
  }
}
