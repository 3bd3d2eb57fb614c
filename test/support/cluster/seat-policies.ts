// A namespace with the accounts, the roles and the admission policies of a seat, but without an operator.
import { readFile } from 'node:fs/promises';
import { SEAT_RULES } from '../../../cdk8s/operator/rbac.ts';
import type { AnyObject } from '../../../cdk8s/render.ts';
import { FIELD_MANAGER, LABELS, NAMES, RELEASE, ROLES } from '../../../lab/names.ts';
import { labOf } from '../../../operator/seat/rendered-lab.ts';
import { Account } from './account.ts';
import { apply, kubectl, testCluster, tool } from './cluster.ts';
import { installedPolicies, isPortals } from './policies.ts';

const ACCOUNTS: Readonly<Record<string, readonly string[]>> = {
  [NAMES.attendee]: [ROLES.attendee],
  [`${RELEASE}-guide`]: [ROLES.guide, ROLES.terminal],
  [`${RELEASE}-collector`]: [ROLES.collector],
};

/** Name of an account of the seat that may write every kind with pods, as no account of a real seat may. */
const WRITER = 'writer';

const EVERY_WORKLOAD = [
  { apiGroups: ['apps', 'batch'], resources: ['*'], verbs: ['*'] },
  { apiGroups: [''], resources: ['pods', 'replicationcontrollers', 'podtemplates'], verbs: ['*'] },
];

/** Returns the admission policies for seats, their bindings and the PriorityClass. */
export const admissionObjects = (): AnyObject[] => installedPolicies().filter((object) => !isPortals(object));

/** Cluster-wide classes, such as a PriorityClass, that the attendee's pods may name. */
const CLASSES = [
  { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'admission-high' }, value: 100_000 },
  { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'admission' }, handler: 'runc' },
];

/** Creates the namespace with the attendee's, the guide's and the Collector's account, and with their permissions. */
async function makeSeat(namespace: string): Promise<void> {
  const metadata = { name: namespace, labels: { [LABELS.seat]: namespace } };
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata });
  const accounts = Object.entries(ACCOUNTS).map(
    ([name, roles]) => [name, SEAT_RULES.flatMap(([role, rules]) => (roles.includes(role) ? rules : []))] as const,
  );
  const all = [...accounts, [WRITER, EVERY_WORKLOAD] as const];
  await apply(...all.flatMap(([name, rules]) => accountObjects({ name, namespace }, rules)));
}

function accountObjects(metadata: { name: string; namespace: string }, rules: readonly object[] = []): object[] {
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name },
      subjects: [{ kind: 'ServiceAccount', ...metadata }],
    },
  ];
}

/** Writes the lab's Deployments without pods, and its ConfigMaps, as the operator does: it creates that of dice. */
async function writeLab(namespace: string): Promise<void> {
  const items = labOf()
    .objects(namespace)
    .filter(({ kind }) => kind === 'Deployment' || kind === 'ConfigMap')
    .map((object) => ('spec' in object ? { ...object, spec: { ...(object.spec as object), replicas: 0 } } : object));
  const { dice = [], others = [] } = Object.groupBy(items, ({ kind, metadata: { name } }) =>
    kind === 'ConfigMap' && name === NAMES.dice ? 'dice' : 'others',
  );
  await Promise.all([write(dice, 'create'), write(others, 'apply', '--server-side')]);
}

const write = (items: readonly object[], ...command: string[]): Promise<unknown> =>
  tool('kubectl', [...command, `--field-manager=${FIELD_MANAGER}`, '--filename=-'], {
    input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
  });

/** Requests a token for a ServiceAccount. @returns an Account that uses the token */
async function accountOf(namespace: string, name: string): Promise<Account> {
  const token = await kubectl('create', 'token', name, '--namespace', namespace);
  return new Account(await readFile(testCluster().kubeconfig, 'utf8'), token.trim());
}

export interface SeatAccounts {
  readonly attendee: Account;
  readonly guide: Account;
  readonly writer: Account;
}

/**
 * Provides a namespace with the policies of a seat for the tests of one file.
 * @returns a function that returns the namespace's accounts
 */
export function useSeatPolicies(namespace: string): () => SeatAccounts {
  let accounts: SeatAccounts | undefined;
  beforeAll(async () => {
    await makeSeat(namespace);
    await writeLab(namespace);
    await apply(...admissionObjects(), ...CLASSES);
    const [attendee, guide, writer] = await Promise.all([
      accountOf(namespace, NAMES.attendee),
      accountOf(namespace, `${RELEASE}-guide`),
      accountOf(namespace, WRITER),
    ]);
    accounts = { attendee, guide, writer };
  }, 60_000);
  // Another test installs the policies with a release, so this one removes its own.
  afterAll(async () => {
    for (const account of Object.values(accounts ?? {}) as Account[]) account.close();
    await kubectl('delete', 'namespace', namespace, '--wait=false');
    for (const { kind, metadata } of [...admissionObjects(), ...CLASSES])
      await kubectl('delete', kind, metadata.name, '--ignore-not-found');
  }, 60_000);
  return () => {
    if (accounts === undefined) throw new Error('the seat could not be made; see the first failed test of this file');
    return accounts;
  };
}
