// Releases come and go: a second one leaves the operating to the first, an upgrade brings the definitions up to date, and when
// the operator goes, its seats go first. The last file of its stage: it leaves no class behind.
import { parse } from 'yaml';
import { LABELS } from '../../operator/api/types.ts';
import { kubectl } from '../support/cluster.ts';
import { allReady, gone, keepClassEvidence, ofOperator, operator, theClass, useClass } from '../support/class.ts';
import { eventually } from '../support/eventually.ts';
import { chart, Lab } from '../support/lab.ts';
import { makeNamespace } from '../support/namespace.ts';

const { workshop, seats } = useClass();

/** Objects without pods: what is looked at here is what helm makes and leaves. */
const nowhere = { nodeSelector: { 'example.com/nowhere': 'true' } };

const DEFINITIONS = ['workshops.intro-otel.dev', 'seats.intro-otel.dev'] as const;
const definitions = async (): Promise<string[]> => (await kubectl('get', 'crds', '--output=jsonpath={.items[*].metadata.name}')).split(' ').filter((name) => name.endsWith('.intro-otel.dev'));

/** Helm makes no namespace that enforces Pod Security, and what it leaves behind goes with this one. */
async function releaseIn(namespace: string, name: string): Promise<Lab> {
  await makeNamespace(namespace);
  return new Lab(namespace, name);
}

async function install(lab: Lab, values: object = {}): Promise<string> {
  return lab.helm(['install', lab.release, chart, '--values=-'], 'helm', { ...nowhere, ...values });
}

describe('a second release', () => {
  let second: Lab;
  let notes: string;

  beforeAll(async () => {
    second = await releaseIn('class-second', 'second');
    notes = await install(second);
  }, 90_000);
  afterAll(() => kubectl('delete', 'namespace', second.namespace, '--wait=false'));

  test('installs, and says that the operator is the first one\'s', () => {
    expect(notes).toContain('STATUS: deployed');
    expect(notes).toMatch(new RegExp(`operator[^]*${operator.namespace}`, 'i'));
  });

  test('has no operator of its own', async () => {
    expect(await kubectl('get', 'deployments', '--namespace', second.namespace, '--selector', `${LABELS.component}=operator`, '--output=name')).toBe('');
    expect(await kubectl('get', 'deployments', '--namespace', second.namespace, '--output=name')).toContain('second-dice');
  });

  test('can be upgraded, and has none then either', async () => {
    await second.helm(['upgrade', second.release, chart, '--values=-'], 'helm', { ...nowhere, visitors: { enabled: false } });
    expect(await kubectl('get', 'deployments', '--namespace', second.namespace, '--selector', `${LABELS.component}=operator`, '--output=name')).toBe('');
    expect(await kubectl('get', 'deployments', '--namespace', second.namespace, '--output=name')).not.toContain('second-visitors');
  });

  test('takes nothing with it when it goes', async () => {
    await second.helm(['uninstall', second.release, '--wait', '--timeout=60s']);
    expect((await definitions()).sort()).toEqual([...DEFINITIONS].sort());
    await allReady(workshop, seats.length, 10_000);
    expect(await kubectl('get', 'clusterroles', '--selector', `${LABELS.partOf}=intro-otel`, '--output=name')).toContain('intro-otel-seat-attendee');
  }, 90_000);
});

describe('helm upgrade', () => {
  test('brings the definitions up to date, and the class goes on', async () => {
    const read = async (name: string): Promise<{ spec: { versions: { additionalPrinterColumns?: object[] }[] } }> => parse(await kubectl('get', 'crd', name, '--output=yaml')) as Awaited<ReturnType<typeof read>>;
    const columns = async (): Promise<(object[] | undefined)[]> => Promise.all(DEFINITIONS.map(async (name) => (await read(name)).spec.versions[0]?.additionalPrinterColumns));
    const before = await columns();
    for (const name of DEFINITIONS) await kubectl('patch', 'crd', name, '--type=json', '--patch=[{"op":"remove","path":"/spec/versions/0/additionalPrinterColumns"}]');
    expect(await columns()).toEqual([undefined, undefined]);
    await operator.helm(['upgrade', operator.release, chart, '--reset-then-reuse-values', '--timeout=90s']);
    await eventually(async () => expect(await columns()).toEqual(before), { within: 20_000 });
    await allReady(workshop, seats.length, 60_000);
  }, 180_000);
});

describe('helm uninstall', () => {
  beforeAll(async () => {
    await keepClassEvidence();
    await operator.helm(['uninstall', operator.release, '--wait', '--timeout=120s']);
  }, 180_000);

  test('has let all seats go first, and no namespace is stranded', async () => {
    expect(await kubectl('get', 'seats', '--output=name')).toBe('');
    const left = await kubectl('get', 'namespaces', '--selector', LABELS.workshop, '--output=jsonpath={range .items[*]}{.metadata.name} {.status.phase}{"\\n"}{end}');
    expect(left).toBe('');
  });

  test('has removed the operator and its rights', async () => {
    expect(await ofOperator('{.items[*].metadata.name}')).toBe('');
    const kinds = 'clusterroles,clusterrolebindings,roles,rolebindings,serviceaccounts,services,jobs,leases';
    await eventually(async () => expect(await kubectl('get', kinds, '--all-namespaces', '--selector', `${LABELS.partOf}=intro-otel`, '--output=name')).toBe(''), { within: 30_000 });
    expect(await kubectl('get', 'secrets,configmaps,serviceaccounts,leases', '--namespace', operator.namespace, '--output=name')).toBe('configmap/kube-root-ca.crt\nserviceaccount/default\n');
  });

  test('has left the definitions, as nobody asked to remove them', async () => {
    expect((await definitions()).sort()).toEqual([...DEFINITIONS].sort());
    await gone(theClass.workshop, 1000);
  });
});

describe('the definitions that a release has left', () => {
  let next: Lab;

  test('are no hindrance to the next one, in another namespace', async () => {
    next = await releaseIn('class-next', 'next');
    await install(next, { operator: { crds: { keep: false } } });
    const of = ['--namespace', next.namespace, '--selector', `${LABELS.component}=operator`];
    expect(await kubectl('get', 'deployments', ...of, '--output=name')).not.toBe('');
  }, 60_000);

  test('go with one that was told not to keep them', async () => {
    await next.helm(['uninstall', next.release, '--wait', '--timeout=90s']);
    expect(await definitions()).toEqual([]);
    await kubectl('delete', 'namespace', next.namespace, operator.namespace, '--wait=false');
  }, 120_000);
});
