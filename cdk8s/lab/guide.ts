// The guide: the front door, one URL for the course, the apps and Jaeger.
import { Construct } from 'constructs';
import { k8s } from 'cdk8s-plus-27';
import { servicesBehindGuide, urlVariable } from '../../lab/services.ts';
import { Account } from './account.ts';
import { App, appUrl, backends } from './app.ts';
import { metadata, nameOf, selectorLabels } from './lab.ts';
import type { LabProps } from './lab.ts';
import { container, fromPod } from './workload.ts';

const COMPONENT = 'guide';

const BEHIND_GUIDE = servicesBehindGuide(['flask']);

/** Beside the dice's: how far the learner is, and which faults are on; and the Secret with the key that progress is signed with. */
const [PROGRESS, FAULTS, KEY] = ['progress', 'faults', 'guide-key'] as const;

/** Where the key is, as a file. */
const KEY_FILE = '/etc/intro-otel/key';

/** Leave to read and write what the course is about, to start again what the learner has changed, and to see how its pods fare. */
export const guideRules = (release: string): k8s.PolicyRule[] => [
  {
    apiGroups: [''],
    resources: ['configmaps'],
    verbs: ['get', 'patch'],
    resourceNames: ['dice', PROGRESS, FAULTS].map((name) => `${release}-${name}`),
  },
  { apiGroups: [''], resources: ['configmaps'], verbs: ['watch'], resourceNames: [`${release}-${FAULTS}`] },
  { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'patch'], resourceNames: [`${release}-${KEY}`] },
  {
    apiGroups: ['apps'],
    resources: ['deployments'],
    verbs: ['get', 'patch'],
    resourceNames: ['dice', 'collector'].map((name) => `${release}-${name}`),
  },
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
];

/** Runs once in each pod, before the guide: finds the lab's key, or makes it. */
const keyMaker = (lab: LabProps): k8s.Container => {
  const made = container(lab, 'key', {
    image: lab.values.image,
    resources: lab.values.guide.resources,
    ports: {},
    command: ['node', '/app/key.js'],
    env: [
      fromPod('POD_NAMESPACE', 'metadata.namespace'),
      { name: 'RELEASE', value: lab.release },
      { name: 'KEY_FILE', value: KEY_FILE },
    ],
  });
  return { ...made, volumeMounts: [...(made.volumeMounts ?? []), { name: 'key', mountPath: '/etc/intro-otel' }] };
};

export class Guide extends Construct {
  constructor(scope: Construct, id: string, lab: LabProps) {
    super(scope, id);
    const { guide: values } = lab.values;
    new Account(this, 'account', lab, { component: COMPONENT, rules: guideRules(lab.release) });
    // Empty: what is in them is the guide's to write, and whoever applies the lab never takes it away.
    for (const name of [PROGRESS, FAULTS])
      new k8s.KubeConfigMap(this, name, { metadata: metadata(lab, COMPONENT, { name: nameOf(lab, name) }) });
    new k8s.KubeSecret(this, 'key', { metadata: metadata(lab, COMPONENT, { name: nameOf(lab, KEY) }), type: 'Opaque' });
    new App(this, 'app', lab, {
      component: COMPONENT,
      values,
      env: {
        ...backends(lab),
        ...Object.fromEntries(BEHIND_GUIDE.map((name) => [urlVariable(name), appUrl(lab, name)])),
        FLASK_ENABLED: lab.compute.json(lab.values.flask.enabled),
        RELEASE: lab.release,
      },
      fromPod: { POD_NAMESPACE: 'metadata.namespace' },
      serviceAccount: nameOf(lab, COMPONENT),
      initContainers: [keyMaker(lab)],
      volumes: [
        {
          volume: { name: 'key', emptyDir: { medium: 'Memory', sizeLimit: k8s.Quantity.fromString('1Mi') } },
          path: '/etc/intro-otel',
        },
      ],
    });
    const nodePort = lab.compute.nodePort(values.service);
    new k8s.KubeService(this, 'service', {
      metadata: metadata(lab, COMPONENT),
      spec: {
        type: values.service.type,
        selector: selectorLabels(lab, COMPONENT),
        ports: [
          {
            name: 'http',
            port: values.service.port,
            targetPort: k8s.IntOrString.fromString('http'),
            ...(nodePort !== undefined && { nodePort }),
          },
        ],
      },
    });
  }
}
