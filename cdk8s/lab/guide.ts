// The guide: the front door, one URL for the course, the apps and Jaeger.
import { Construct } from 'constructs';
import { k8s } from 'cdk8s-plus-27';
import { App, appUrl, backends } from './app.ts';
import { metadata, selectorLabels } from './lab.ts';
import type { LabProps } from './lab.ts';

const COMPONENT = 'guide';

export class Guide extends Construct {
  constructor(scope: Construct, id: string, lab: LabProps) {
    super(scope, id);
    const { guide: values } = lab.values;
    new App(this, 'app', lab, {
      component: COMPONENT, values,
      env: {
        ...backends(lab),
        ARCADE_URL: appUrl(lab, 'arcade'), DICE_URL: appUrl(lab, 'dice'), PRIZES_URL: appUrl(lab, 'prizes'),
      },
    });
    const nodePort = lab.compute.nodePort(values.service);
    new k8s.KubeService(this, 'service', {
      metadata: metadata(lab, COMPONENT),
      spec: {
        type: values.service.type,
        selector: selectorLabels(lab, COMPONENT),
        ports: [{
          name: 'http', port: values.service.port, targetPort: k8s.IntOrString.fromString('http'),
          ...(nodePort !== undefined && { nodePort }),
        }],
      },
    });
  }
}
