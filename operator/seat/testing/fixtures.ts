// Test data for this folder's unit tests: a Seat and a small lab. Tests can override single fields.
import { API_VERSION, FINALIZER, LABELS, MANAGED_BY } from '../../api/types.ts';
import type { Seat, SeatSpec, SeatStatus } from '../../api/types.ts';
import type { ObjectMeta } from '../../../kubernetes/object.ts';
import { OWN } from '../../../lab/names.ts';
import { sha256 } from '../../../cdk8s/canonical-json.ts';
import type { LabTemplate } from '../rendered-lab.ts';
import type { LabObject } from '../types.ts';
import type { Deployment } from '../../../kubernetes/types.ts';

interface SeatOverrides {
  readonly metadata?: Partial<ObjectMeta>;
  readonly spec?: Partial<SeatSpec>;
  readonly status?: SeatStatus;
}

/** Builds the Seat of attendee ada in the Workshop `class`. */
export function aSeat({ metadata, spec, status }: SeatOverrides = {}): Seat {
  return {
    apiVersion: API_VERSION,
    kind: 'Seat',
    metadata: {
      name: 'class-ada',
      uid: 'seat-1',
      generation: 1,
      resourceVersion: '7',
      creationTimestamp: '2026-01-01T00:00:00Z',
      finalizers: [FINALIZER],
      labels: { [LABELS.managedBy]: MANAGED_BY, [LABELS.workshop]: 'class' },
      ...metadata,
    },
    spec: { workshop: 'class', attendee: 'ada', revision: 'r1', ...spec },
    ...(status && { status }),
  };
}

const labels = (component: string) => ({
  [LABELS.managedBy]: MANAGED_BY,
  [LABELS.component]: component,
  'app.kubernetes.io/instance': 'lab',
});

interface DeploymentOverrides {
  readonly resources?: object;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly namespace?: string;
}

/** Builds a Deployment with one container, which requests a tenth of a core and 100Mi by default. */
export function aDeployment(
  component: string,
  { resources, annotations, namespace = 'class-ada' }: DeploymentOverrides = {},
): Deployment & LabObject {
  const container = {
    name: component,
    resources: resources ?? { requests: { cpu: '100m', memory: '100Mi' }, limits: { memory: '200Mi' } },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `lab-${component}`, namespace, labels: labels(component) },
    spec: {
      replicas: 1,
      template: { metadata: { ...(annotations && { annotations }) }, spec: { containers: [container] } },
    },
  };
}

/** The settings and the Collector configuration that the small lab gives an attendee. */
export const GIVEN_SETTINGS = '# nothing set\n';
export const GIVEN_COLLECTOR = '{}\n';

/** The code that the small lab gives an attendee. It depends on `instrumentation`. */
export const GIVEN_CODE = { auto: 'export const given = 1;\n', manual: 'export const given = 2;\n' } as const;

/**
 * Renders a small lab: the dice, the guide and the guide's Service. As in the real lab, the code of the dice depends on
 * the value `instrumentation`.
 */
export const smallLab: LabTemplate = (values = {}) => {
  const code = values.instrumentation === 'manual' ? GIVEN_CODE.manual : GIVEN_CODE.auto;
  const texts = { 'app.ts': code, 'settings.env': GIVEN_SETTINGS, 'collector.yaml': GIVEN_COLLECTOR };
  const startedWith = (component: string) =>
    Object.fromEntries(
      OWN.filter((one) => one.component === component).map(({ file, started }) => [started, sha256(texts[file])]),
    );
  return (namespace) => [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'lab-dice',
        namespace,
        labels: labels('dice'),
        annotations: Object.fromEntries(OWN.map(({ file, given }) => [given, sha256(texts[file])])),
      },
      data: texts,
    },
    aDeployment('dice', { annotations: startedWith('dice'), namespace }),
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'lab-progress', namespace, labels: labels('guide') } },
    aDeployment('guide', { namespace }),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'lab-guide', namespace, labels: labels('guide') },
      spec: {
        type: values.guide?.service?.type ?? 'ClusterIP',
        ports: [{ name: 'http', port: 8080, targetPort: 'http' }],
      },
    },
  ];
};
