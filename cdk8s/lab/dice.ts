// The dice, whose code is the learner's own: it comes from a ConfigMap, not from the image. So do settings of the dice, and what the learner
// adds to the Collector's configuration.
import { Construct } from 'constructs';
import { k8s } from 'cdk8s-plus-27';
import { OWN } from '../../lab/names.ts';
import { App } from './app.ts';
import { PORTS } from '../../lab/ports.ts';
import { metadata, nameOf } from './lab.ts';
import type { LabProps } from './lab.ts';
import { ComponentService } from './workload.ts';
import type { MountedConfig } from './workload.ts';

const COMPONENT = 'dice';

const PATH = '/app/dice';

/** What is the learner's own, as files in a directory; the pod is replaced when what is for this component changes. */
export const ownConfig = (lab: LabProps, component: string, path: string): MountedConfig => ({
  name: nameOf(lab, COMPONENT),
  path,
  texts: Object.fromEntries(
    OWN.filter((one) => one.component === component).map(({ file, started }) => [
      started,
      lab.compute.ownText(file).current,
    ]),
  ),
});

export class Dice extends Construct {
  constructor(scope: Construct, id: string, lab: LabProps) {
    super(scope, id);
    const own = OWN.map(({ file, given }) => ({ file, annotation: given, text: lab.compute.ownText(file) }));
    new k8s.KubeConfigMap(this, 'own', {
      metadata: metadata(lab, COMPONENT, {
        // So that an upgrade can tell the learner's edits from what was given.
        annotations: Object.fromEntries(
          own.map(({ annotation, text }) => [annotation, lab.compute.sha256(text.given)]),
        ),
      }),
      data: Object.fromEntries(own.map(({ file, text }) => [file, text.current])),
    });
    new App(this, 'app', lab, {
      component: COMPONENT,
      values: lab.values.dice,
      configs: [ownConfig(lab, COMPONENT, PATH)],
      env: { LEARNER_SETTINGS: `${PATH}/settings.env` },
    });
    new ComponentService(this, 'service', lab, { component: COMPONENT, ports: { http: PORTS.http } });
  }
}
