// Tests several releases of the chart: a second release uses the first one's operator, an upgrade updates the
// definitions, and an uninstall removes seats before the operator. This is the last file of its stage, and it removes
// the shared Workshop.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LABELS } from '../../operator/api/types.ts';
import { kubectl } from '../support/cluster/cluster.ts';
import {
  allReady,
  gone,
  keepWorkshopEvidence,
  ofOperator,
  operator,
  theClass,
  useWorkshop,
} from '../support/cluster/workshop.ts';
import { eventually } from '../../support/waiting.ts';
import { chart, Lab } from '../support/cluster/lab.ts';
import { makeNamespace } from '../support/cluster/namespace.ts';

const { workshop, seats } = useWorkshop();

/** Values that keep all pods from being scheduled, because the tests look only at what helm creates and leaves. */
const nowhere = { nodeSelector: { 'example.com/nowhere': 'true' } };

const DEFINITIONS = ['workshops.intro-otel.dev', 'seats.intro-otel.dev'] as const;
const definitions = async (): Promise<string[]> =>
  (await kubectl('get', 'crds', '--output=jsonpath={.items[*].metadata.name}'))
    .split(' ')
    .filter((name) => name.endsWith('.intro-otel.dev'));

/**
 * Creates a namespace that enforces Pod Security "restricted" for a release, which helm can't do. Deleting this
 * namespace also removes what helm leaves behind.
 */
async function releaseIn(namespace: string, name: string): Promise<Lab> {
  await makeNamespace(namespace);
  return new Lab(namespace, name);
}

async function install(lab: Lab, values: object): Promise<string> {
  return lab.helm(['install', lab.release, chart, '--values=-'], 'helm', { ...values });
}

describe('two releases in one cluster', () => {
  let second: Lab;
  let notes: string;

  beforeAll(async () => {
    second = await releaseIn('class-second', 'second');
    notes = await install(second, nowhere);
  }, 90_000);
  afterAll(() => kubectl('delete', 'namespace', second.namespace, '--wait=false'));

  test('a second release is installed, and prints that it uses the operator of the first release', () => {
    expect(notes).toContain('STATUS: deployed');
    expect(notes).toMatch(new RegExp(`operator[^]*${operator.namespace}`, 'i'));
  });

  test('a second release installs no operator of its own', async () => {
    expect(
      await kubectl(
        'get',
        'deployments',
        '--namespace',
        second.namespace,
        '--selector',
        `${LABELS.component}=operator`,
        '--output=name',
      ),
    ).toBe('');
    expect(await kubectl('get', 'deployments', '--namespace', second.namespace, '--output=name')).toContain(
      'second-dice',
    );
  });

  test('a second release installs no operator in an upgrade either', async () => {
    await second.helm(['upgrade', second.release, chart, '--values=-'], 'helm', {
      ...nowhere,
      visitors: { enabled: false },
    });
    expect(
      await kubectl(
        'get',
        'deployments',
        '--namespace',
        second.namespace,
        '--selector',
        `${LABELS.component}=operator`,
        '--output=name',
      ),
    ).toBe('');
    expect(await kubectl('get', 'deployments', '--namespace', second.namespace, '--output=name')).not.toContain(
      'second-visitors',
    );
  });

  test('uninstalling a second release keeps the definitions, roles and seats of the first release', async () => {
    await second.helm(['uninstall', second.release, '--wait', '--timeout=60s']);
    expect((await definitions()).sort()).toEqual([...DEFINITIONS].sort());
    await allReady(workshop, seats.length, 10_000);
    expect(
      await kubectl('get', 'clusterroles', '--selector', `${LABELS.partOf}=intro-otel`, '--output=name'),
    ).toContain('intro-otel-seat-attendee');
  }, 90_000);
});

describe('upgrading the chart', () => {
  const columns = async (): Promise<string[]> =>
    Promise.all(
      DEFINITIONS.map((name) =>
        kubectl('get', 'crd', name, '--output=jsonpath={.spec.versions[0].additionalPrinterColumns[*].name}'),
      ),
    );
  const upgradeTo = (path: string): Promise<string> =>
    operator.helm(['upgrade', operator.release, path, '--reset-then-reuse-values', '--timeout=90s']);
  let older: string;

  beforeAll(async () => {
    older = await olderChart();
  });
  afterAll(() => rm(older, { recursive: true }));

  /** Writes a copy of the chart in which the definitions lack one of their columns. @returns its folder */
  async function olderChart(): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'older-'));
    await cp(chart, directory, { recursive: true });
    for (const name of ['workshops', 'seats']) {
      const file = join(directory, 'templates', 'operator', `${name}.yaml`);
      const text = await readFile(file, 'utf8');
      await writeFile(file, text.replace(/^( +)- (?:.+\n\1 {2})*?name: (State|Phase)\n(?:\1 {2}.+\n)*/m, ''));
    }
    return directory;
  }

  test('helm upgrade updates the CustomResourceDefinitions, while the Workshop keeps running', async () => {
    const before = await columns();
    await upgradeTo(older);
    expect(await columns()).toEqual(before.map((names) => names.replace(/(State|Phase) /, '')));
    expect(await columns()).not.toEqual(before);
    await upgradeTo(chart);
    await eventually(async () => expect(await columns()).toEqual(before));
    await allReady(workshop, seats.length, 60_000);
  }, 240_000);
});

describe('uninstalling the chart', () => {
  beforeAll(async () => {
    await keepWorkshopEvidence();
    await operator.helm(['uninstall', operator.release, '--wait', '--timeout=120s']);
  }, 180_000);

  test('helm uninstall waits until all seats are gone, and leaves no namespace behind', async () => {
    expect(await kubectl('get', 'seats', '--output=name')).toBe('');
    const left = await kubectl(
      'get',
      'namespaces',
      '--selector',
      LABELS.workshop,
      '--output=jsonpath={range .items[*]}{.metadata.name} {.status.phase}{"\\n"}{end}',
    );
    expect(left).toBe('');
  });

  test('helm uninstall removes the operator, its rights and its admission policies', async () => {
    expect(await ofOperator('{.items[*].metadata.name}')).toBe('');
    const kinds =
      'clusterroles,clusterrolebindings,roles,rolebindings,serviceaccounts,services,jobs,leases,' +
      'validatingadmissionpolicies,validatingadmissionpolicybindings,priorityclasses';
    await eventually(async () =>
      expect(
        await kubectl('get', kinds, '--all-namespaces', '--selector', `${LABELS.partOf}=intro-otel`, '--output=name'),
      ).toBe(''),
    );
    expect(
      await kubectl(
        'get',
        'secrets,configmaps,serviceaccounts,leases',
        '--namespace',
        operator.namespace,
        '--output=name',
      ),
    ).toBe('configmap/kube-root-ca.crt\nserviceaccount/default\n');
  });

  test('helm uninstall keeps the CustomResourceDefinitions by default', async () => {
    expect((await definitions()).sort()).toEqual([...DEFINITIONS].sort());
    await gone(theClass.workshop, 1000);
  });
});

describe('a release whose image is gone', () => {
  let last: Lab;

  beforeAll(async () => {
    last = await releaseIn('class-no-image', 'no-image');
    const gone = { tag: 'gone', pullPolicy: 'Never' };
    await install(last, { image: gone, visitors: { enabled: false }, operator: { replicas: 1 } });
  }, 60_000);

  test('helm uninstall gives up after --timeout, and keeps the release', async () => {
    const began = performance.now();
    await expect(last.helm(['uninstall', last.release, '--timeout=5s'])).rejects.toThrow(
      /no-image-farewell[^]*deadline|timed out/,
    );
    expect(performance.now() - began).toBeLessThan(30_000);
    expect(await last.helm(['status', last.release])).toContain(`NAME: ${last.release}`);
  }, 60_000);

  test('helm uninstall --no-hooks removes the release, as its notes say', async () => {
    expect(await last.helm(['get', 'notes', last.release])).toMatch(/without\s+the Job then: add --no-hooks/);
    await last.helm(['uninstall', last.release, '--no-hooks', '--wait', '--timeout=60s']);
    expect(await kubectl('get', 'deployments', '--namespace', last.namespace, '--output=name')).toBe('');
    await kubectl('delete', 'namespace', last.namespace, '--wait=false');
  }, 90_000);
});

describe('definitions that helm uninstall has kept', () => {
  let next: Lab;

  test('definitions of an earlier release do not prevent a new release in another namespace', async () => {
    next = await releaseIn('class-next', 'next');
    await install(next, { visitors: { enabled: false }, operator: { crds: { keep: false } } });
    const selection = ['--namespace', next.namespace, '--selector', `${LABELS.component}=operator`];
    expect(await kubectl('get', 'deployments', ...selection, '--output=name')).not.toBe('');
  }, 60_000);

  test('helm uninstall removes the CustomResourceDefinitions of a release with operator.crds.keep=false', async () => {
    await next.helm(['uninstall', next.release, '--wait', '--timeout=90s']);
    expect(await definitions()).toEqual([]);
    await kubectl('delete', 'namespace', next.namespace, operator.namespace, '--wait=false');
  }, 120_000);
});
