import { ROLES } from '../../lab/names.ts';
import type { PolicyRule, RoleRef, Subject } from '../lab/manifest.ts';
import { renderLab } from '../render.ts';
import type { AnyObject } from '../render.ts';
import { renderOperator } from './render.ts';
import type { SomeChartValues } from './render.ts';

const render = (values: SomeChartValues = {}): AnyObject[] =>
  renderOperator({ release: 'intro-otel', namespace: 'default', values, managedBy: 'Helm' });

const rulesOf = (kind: string, name: string): PolicyRule[] => {
  const found = render().find((object) => object.kind === kind && object.metadata.name === name);
  return (found as AnyObject & { rules: PolicyRule[] }).rules;
};

const roles = render()
  .filter(({ kind }) => kind === 'ClusterRole' || kind === 'Role')
  .map(
    (object) =>
      [`${object.kind} ${object.metadata.name}`, (object as AnyObject & { rules: PolicyRule[] }).rules] as const,
  );

/**
 * Returns `no` or `all` if the rules allow the verb on no objects or on all objects of the resource. Otherwise, returns
 * the names of the objects on which the rules allow the verb.
 */
function allowed(rules: readonly PolicyRule[], verb: string, resource: string): 'no' | 'all' | readonly string[] {
  const matching = rules.filter(({ verbs, resources = [] }) => verbs.includes(verb) && resources.includes(resource));
  if (matching.length === 0) return 'no';
  return matching.some(({ resourceNames }) => resourceNames === undefined)
    ? 'all'
    : matching.flatMap(({ resourceNames = [] }) => resourceNames);
}

test.each(roles)('%s contains no wildcard and no verb that grants more permissions', (_name, rules) => {
  const words = rules.flatMap(({ apiGroups, resources, verbs }) => [
    ...(apiGroups ?? []),
    ...(resources ?? []),
    ...verbs,
  ]);
  expect(
    words.filter((word) => word.includes('*') || ['escalate', 'impersonate', 'deletecollection'].includes(word)),
  ).toEqual([]);
});

describe('the ClusterRole of the operator for the whole cluster', () => {
  const rules = rulesOf('ClusterRole', 'intro-otel-operator');

  test('lets the operator bind the five roles of seats, and no other roles', () => {
    expect(allowed(rules, 'bind', 'clusterroles')).toEqual(Object.values(ROLES));
    expect(allowed(rules, 'bind', 'roles')).toBe('no');
  });

  test.each(['get', 'list', 'watch', 'create', 'patch', 'delete'])(
    "doesn't let the operator %s Secrets in all namespaces",
    (verb) => {
      expect(allowed(rules, verb, 'secrets')).toBe('no');
    },
  );

  test.each(['patch', 'update', 'delete'])(
    "doesn't let the operator %s objects of watched kinds in all namespaces, except Workshops and Seats",
    (verb) => {
      const watched = rules.filter(({ verbs }) => verbs.includes('watch')).flatMap(({ resources = [] }) => resources);
      expect(watched.filter((resource) => allowed(rules, verb, resource) !== 'no').sort()).toEqual(
        { patch: ['seats', 'workshops'], update: [], delete: ['seats'] }[verb],
      );
    },
  );
});

describe('the ClusterRole of the operator for a seat', () => {
  const rules = rulesOf('ClusterRole', ROLES.operator);

  test('lets the operator read two Secrets, write only the kubeconfig, and create tokens only for the attendee', () => {
    expect(['get', 'patch', 'delete'].map((verb) => allowed(rules, verb, 'secrets'))).toEqual([
      ['kubeconfig', 'lab-guide-key'],
      ['kubeconfig'],
      ['kubeconfig'],
    ]);
    expect(['list', 'watch'].map((verb) => allowed(rules, verb, 'secrets'))).toEqual(['no', 'no']);
    expect(allowed(rules, 'create', 'serviceaccounts/token')).toEqual(['attendee']);
  });

  test("doesn't let the operator run commands in the attendee's pods", () => {
    expect(
      ['pods/exec', 'pods/attach', 'pods/portforward'].map((resource) => allowed(rules, 'create', resource)),
    ).toEqual(['no', 'no', 'no']);
  });
});

describe('the ClusterRole of an attendee', () => {
  const rules = rulesOf('ClusterRole', ROLES.attendee);
  const write = ['create', 'update', 'patch', 'delete'];

  test('lets an attendee write the ConfigMaps of the dice and the faults, but no Secret, quota, policy or role', () => {
    expect(write.map((verb) => allowed(rules, verb, 'configmaps'))).toEqual([
      'no',
      ['lab-dice', 'lab-faults'],
      ['lab-dice', 'lab-faults'],
      'no',
    ]);
    for (const resource of [
      'resourcequotas',
      'limitranges',
      'networkpolicies',
      'services',
      'serviceaccounts',
      'namespaces',
      'roles',
      'rolebindings',
      'secrets',
    ]) {
      expect([resource, ...write.map((verb) => allowed(rules, verb, resource))]).toEqual([
        resource,
        'no',
        'no',
        'no',
        'no',
      ]);
    }
  });

  test("doesn't let an attendee read Secrets or create tokens", () => {
    expect(['get', 'list', 'watch'].map((verb) => allowed(rules, verb, 'secrets'))).toEqual(['no', 'no', 'no']);
    expect(allowed(rules, 'create', 'serviceaccounts/token')).toBe('no');
  });

  test('lets an attendee use kubectl port-forward and exec over both SPDY and WebSocket', () => {
    for (const resource of ['pods/exec', 'pods/portforward']) {
      expect(['get', 'create'].map((verb) => allowed(rules, verb, resource))).toEqual(['all', 'all']);
    }
  });
});

describe('the ClusterRole of the guide for a seat', () => {
  const rules = rulesOf('ClusterRole', ROLES.guide);

  test("lets the guide patch the learner's objects, but create or delete nothing", () => {
    expect(allowed(rules, 'patch', 'configmaps')).toEqual(['lab-dice', 'lab-progress', 'lab-faults']);
    expect(allowed(rules, 'patch', 'deployments')).toEqual(['lab-dice', 'lab-collector']);
    for (const verb of ['create', 'update', 'delete'])
      expect([verb, ...rules.filter(({ verbs }) => verbs.includes(verb))]).toEqual([verb]);
  });

  test("lets the guide read only the Secret with the guide's own key", () => {
    expect(['get', 'patch'].map((verb) => allowed(rules, verb, 'secrets'))).toEqual([
      ['lab-guide-key'],
      ['lab-guide-key'],
    ]);
    expect(['list', 'watch'].map((verb) => allowed(rules, verb, 'secrets'))).toEqual(['no', 'no']);
  });
});

describe('the admission policies', () => {
  const named = (kind: string): string[] =>
    render().flatMap((object) => (object.kind === kind ? [object.metadata.name] : []));

  test('each have a binding of the same name', () => {
    expect(named('ValidatingAdmissionPolicy')).toHaveLength(9);
    expect(named('ValidatingAdmissionPolicyBinding')).toEqual(named('ValidatingAdmissionPolicy'));
  });

  test.each(roles)('are out of reach for %s', (_name, rules) => {
    const groups = rules.flatMap(({ apiGroups = [] }) => apiGroups);
    expect(groups.filter((group) => /admissionregistration|scheduling/.test(group))).toEqual([]);
  });
});

describe('the portal', () => {
  const isPortals = ({ metadata: { name } }: AnyObject): boolean => name.includes('portal') && name !== ROLES.portal;
  const kinds = (values: SomeChartValues): string[] =>
    render(values)
      .filter(isPortals)
      .map(({ kind }) => kind);
  const found = (kind: string, values: SomeChartValues = {}): AnyObject | undefined =>
    render(values).find((object) => object.kind === kind && isPortals(object));

  test('may read and patch Workshops and Seats and delete Seats in the whole cluster, and nothing else', () => {
    expect(rulesOf('ClusterRole', 'intro-otel-portal')).toEqual([
      { apiGroups: ['intro-otel.dev'], resources: ['workshops'], verbs: ['get', 'list', 'watch', 'patch'] },
      { apiGroups: ['intro-otel.dev'], resources: ['seats'], verbs: ['get', 'list', 'watch', 'patch', 'delete'] },
    ]);
  });

  test('may write ConfigMaps in its own namespace, and Events in default', () => {
    const roles = render().filter(({ kind, metadata: { name } }) => kind === 'Role' && name.includes('portal'));
    const own = ['get', 'list', 'watch', 'create', 'patch', 'delete'];
    expect(
      (roles as (AnyObject & { rules: PolicyRule[] })[])
        .slice(1)
        .map(({ metadata, rules }) => [metadata.name, metadata.namespace, rules]),
    ).toEqual([
      ['intro-otel-portal-polls', 'default', [{ apiGroups: [''], resources: ['configmaps'], verbs: own }]],
      ['intro-otel-portal-events', 'default', [{ apiGroups: [''], resources: ['events'], verbs: ['create'] }]],
    ]);
    const bound = render().filter(({ kind }) => kind === 'RoleBinding') as (AnyObject & { subjects: Subject[] })[];
    for (const { metadata } of roles.slice(1))
      expect(bound.find(({ metadata: { name } }) => name === metadata.name)?.subjects).toEqual([
        { kind: 'ServiceAccount', name: 'intro-otel-portal', namespace: 'default' },
      ]);
  });

  test("may find the guide's pod in a seat, but read no Secret and run no command", () => {
    const rules = rulesOf('ClusterRole', ROLES.portal);
    expect(rules).toEqual([
      { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
      { apiGroups: ['apps'], resources: ['replicasets'], verbs: ['get'] },
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'], resourceNames: ['lab-guide'] },
    ]);
  });

  test('has a Secret without data that only the operator may read, and may not read it by the API itself', () => {
    expect(Object.keys(found('Secret') ?? {}).sort()).toEqual(['apiVersion', 'kind', 'metadata', 'type']);
    const { rules, metadata } = found('Role') as AnyObject & { rules: PolicyRule[] };
    expect(rules).toEqual([
      {
        apiGroups: [''],
        resources: ['secrets'],
        verbs: ['get', 'patch'],
        resourceNames: ['intro-otel-portal', 'intro-otel-board'],
      },
    ]);
    const bound = render().filter(({ kind }) => kind === 'RoleBinding') as (AnyObject & { subjects: Subject[] })[];
    expect(bound.find(({ metadata: { name } }) => name === metadata.name)?.subjects).toEqual([
      { kind: 'ServiceAccount', name: 'intro-otel-operator', namespace: 'default' },
    ]);
  });

  test('starts with all of its keys as files', () => {
    const { spec } = found('Deployment') as AnyObject & { spec: { template: { spec: { volumes: object[] } } } };
    expect(spec.template.spec.volumes).toContainEqual({
      name: 'keys',
      secret: {
        secretName: 'intro-otel-portal',
        items: ['signing', 'cookie', 'people'].map((key) => ({ key, path: key })),
      },
    });
  });

  test.each<[what: string, values: SomeChartValues]>([
    ['the portal', { portal: { enabled: false } }],
    ['the operator', { operator: { enabled: false } }],
  ])('is not there, nor known to the operator, if values disable %s', (_what, values) => {
    const ways = { ingress: { enabled: true }, httpRoute: { enabled: true } };
    expect(kinds({ ...values, portal: { ...ways, ...values.portal } })).toEqual([]);
    const operator = render(values).filter(({ kind }) => kind === 'Deployment');
    expect(JSON.stringify(operator)).not.toContain('intro-otel-portal');
  });

  test('has an Ingress or a route of the Gateway API only if values ask for it', () => {
    expect(kinds({}).filter((kind) => /Ingress|HTTPRoute/.test(kind))).toEqual([]);
    const tls = [{ secretName: 'portal-tls', hosts: ['labs.example.com'] }];
    const annotations = { 'cert-manager.io/cluster-issuer': 'letsencrypt' };
    const values = { portal: { ingress: { enabled: true, host: 'labs.example.com', tls, annotations } } };
    const backend = { service: { name: 'intro-otel-portal', port: { name: 'http' } } };
    expect(found('Ingress', values)).toMatchObject({
      metadata: { annotations },
      spec: {
        rules: [{ host: 'labs.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
        tls,
      },
    });
    const httpRoute = { enabled: true, parentRefs: [{ name: 'public', namespace: 'gateways' }] };
    expect(found('HTTPRoute', { portal: { httpRoute, service: { port: 80 } } })).toMatchObject({
      spec: { parentRefs: httpRoute.parentRefs, rules: [{ backendRefs: [{ name: 'intro-otel-portal', port: 80 }] }] },
    });
  });

  test.each(['ClusterIP', 'NodePort', 'LoadBalancer'] as const)('can have a Service of type %s', (type) => {
    const spec = found('Service', { portal: { service: { type, port: 80, nodePort: 30080 } } });
    const onNode = type === 'ClusterIP' ? {} : { nodePort: 30_080 };
    expect(spec).toMatchObject({ spec: { type, ports: [{ port: 80, targetPort: 'http', ...onNode }] } });
  });
});

describe('the labels that attendees may not give to pods', () => {
  const policy = render().find(({ metadata: { name } }) => name === 'intro-otel-seat-labels');

  test('include each label by which a Service of the lab selects its pods', () => {
    const all = { visitors: { enabled: true }, prometheus: { enabled: true }, flask: { enabled: true } };
    const services = renderLab({ release: 'lab', namespace: 'seat', managedBy: 'test', values: all }).filter(
      ({ kind }) => kind === 'Service',
    ) as (AnyObject & { spec: { selector: Readonly<Record<string, string>> } })[];
    const selecting = [...new Set(services.flatMap(({ spec: { selector } }) => Object.keys(selector)))];
    expect([services.length > 8, selecting.length]).toEqual([true, 3]);
    for (const label of selecting) expect(JSON.stringify(policy)).toContain(`'${label}'`);
  });
});

test('renders each operator object only once', () => {
  const keys = render().map(({ kind, metadata }) => `${kind}/${metadata.namespace ?? ''}/${metadata.name}`);
  expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
});

test('binds only roles and ServiceAccounts that the chart contains', () => {
  const there = new Set(render().map(({ kind, metadata }) => `${kind}/${metadata.name}`));
  const bindings = render().filter(({ kind }) => kind.endsWith('RoleBinding')) as (AnyObject & {
    roleRef: RoleRef;
    subjects: Subject[];
  })[];
  const missing = bindings
    .flatMap(({ roleRef, subjects }) => [roleRef, ...subjects])
    .filter(({ kind, name }) => !there.has(`${kind}/${name}`));
  expect(missing).toEqual([]);
});

test('renders no operator objects if values disable the operator', () => {
  expect(render({ operator: { enabled: false } })).toEqual([]);
});

test('keeps the CRDs after an uninstall unless operator.crds.keep is false', () => {
  const kept = (values: SomeChartValues): (string | undefined)[] =>
    render(values)
      .filter(({ kind }) => kind === 'CustomResourceDefinition')
      .map(({ metadata }) => metadata.annotations?.['helm.sh/resource-policy']);
  expect(kept({})).toEqual(['keep', 'keep']);
  expect(kept({ operator: { crds: { keep: false } } })).toEqual([undefined, undefined]);
});

test("runs the uninstall Job as a pre-delete hook, in a pod that the operator's Deployment doesn't select", () => {
  const hooks = render().filter(({ metadata }) => metadata.annotations?.['helm.sh/hook'] === 'pre-delete');
  expect(hooks.map(({ kind }) => kind)).toEqual(['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding', 'Job']);
  expect(hooks.map(({ metadata }) => Number(metadata.annotations?.['helm.sh/hook-weight']))).toEqual([-2, -2, -1, 0]);
  const operator = render().find(({ kind }) => kind === 'Deployment') as AnyObject & {
    spec: { selector: { matchLabels: Record<string, string> } };
  };
  const job = hooks.at(-1) as AnyObject & { spec: { template: { metadata: { labels: Record<string, string> } } } };
  expect(job.spec.template.metadata.labels).not.toMatchObject(operator.spec.selector.matchLabels);
});
