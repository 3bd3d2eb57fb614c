// The prizes: two versions of one app behind one Service. Each version reports its own node pool, which is only a name:
// the pods may run on any node.
import { Construct } from 'constructs';
import { App } from './app.ts';
import { PORTS } from '../../lab/ports.ts';
import type { LabProps } from './lab.ts';
import { ComponentService } from './workload.ts';

const COMPONENT = 'prizes';

const VERSIONS = [
  { variant: 'v1', version: '1.4.0', pool: 'blue' },
  { variant: 'v2', version: '2.0.0', pool: 'green' },
];

export class Prizes extends Construct {
  constructor(scope: Construct, id: string, lab: LabProps) {
    super(scope, id);
    for (const { variant, version, pool } of VERSIONS) {
      new App(this, variant, lab, {
        component: COMPONENT,
        variant,
        version,
        values: lab.values.prizes,
        // The lab's release and namespace determine which requests a fault affects.
        env: { PRIZES_VERSION: version, NODE_POOL: pool, RELEASE: lab.release },
        fromPod: { POD_NAMESPACE: 'metadata.namespace' },
        attributes: { 'deployment.node_pool': pool },
      });
    }
    new ComponentService(this, 'service', lab, { component: COMPONENT, ports: { http: PORTS.http } });
  }
}
