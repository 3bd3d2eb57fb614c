// The dice. Its code belongs to the learner and comes from a ConfigMap, not from the image. The same ConfigMap has the
// settings of the dice and the learner's additions to the Collector's configuration.
import { Construct } from 'constructs';
import { OWN } from '../../lab/names.ts';
import { App } from './app.ts';
import { PORTS } from '../../lab/ports.ts';
import { metadata, nameOf } from './lab.ts';
import type { LabProps } from './lab.ts';
import { configMap } from './manifest.ts';
import { ComponentService } from './workload.ts';
import type { MountedConfig } from './workload.ts';

const COMPONENT = 'dice';

const PATH = '/app/dice';

/**
 * Returns the mount of the learner's files for a component. When a learner's file that the component uses changes,
 * Kubernetes replaces the component's pod.
 */
export const ownConfig = (lab: LabProps, component: string, path: string): MountedConfig => ({
  name: nameOf(lab, COMPONENT),
  path,
  texts: Object.fromEntries(
    OWN.filter((own) => own.component === component).map(({ file, started }) => [
      started,
      lab.compute.ownText(file).current,
    ]),
  ),
});

export class Dice extends Construct {
  constructor(scope: Construct, id: string, lab: LabProps) {
    super(scope, id);
    const own = OWN.map(({ file, given }) => ({ file, annotation: given, text: lab.compute.ownText(file) }));
    configMap(this, 'own', {
      metadata: metadata(lab, COMPONENT, {
        // With these checksums, an upgrade recognises files that the learner edited.
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
