// The Flask app: the slides' app in Python. It calls no other service and joins the trace of its caller. It has its own
// image and is disabled by default.
import { Construct } from 'constructs';
import { telemetry } from './app.ts';
import { PORTS } from '../../lab/ports.ts';
import type { LabProps } from './lab.ts';
import { POD_IP } from './listeners.ts';
import { ComponentService, Workload, fromPod } from './workload.ts';

const COMPONENT = 'flask';

export class Flask extends Construct {
  constructor(scope: Construct, id: string, lab: LabProps) {
    super(scope, id);
    const { image, env, resources } = lab.values.flask;
    const own = { ...telemetry(lab, { component: COMPONENT, version: image.tag }), PORT: String(PORTS.http) };
    new Workload(this, 'workload', lab, {
      component: COMPONENT,
      image,
      resources,
      env: [fromPod('POD_NAME', 'metadata.name'), POD_IP, ...lab.compute.env(own, env)],
      ports: { http: PORTS.http },
      // The probes only connect, because Flask creates a span for each request.
      probes: { port: PORTS.http },
    });
    new ComponentService(this, 'service', lab, { component: COMPONENT, ports: { http: PORTS.http } });
  }
}
