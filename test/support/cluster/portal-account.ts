// The portal's account with its permissions and with two Seats, but without a portal and an operator.
import { readFile } from 'node:fs/promises';
import { PORTAL_RULES } from '../../../cdk8s/operator/rbac.ts';
import { FIELD_MANAGER } from '../../../lab/names.ts';
import { API_VERSION } from '../../../operator/api/types.ts';
import type { Claim } from '../../../operator/api/types.ts';
import { Account } from './account.ts';
import { apply, kubectl, testCluster, tool } from './cluster.ts';
import { bringDefinitions } from './definitions.ts';

/** The release whose portal the policies of `admissionObjects` name. */
const PORTAL = { name: 'admission-portal', namespace: 'default' };
const RBAC = 'rbac.authorization.k8s.io';

export const claimOf = (person: string, letter = 'a'): Claim => ({
  id: letter.repeat(64),
  name: person,
  key: 'b'.repeat(64),
  at: '2026-11-29T09:00:00Z',
});

/** The names of two Seats: one that is free, and one that somebody has claimed. */
export const SEATS = { free: 'admission-ada', claimed: 'admission-bob' } as const;

const seat = (attendee: string, spec: object = {}): object => ({
  apiVersion: API_VERSION,
  kind: 'Seat',
  metadata: { name: `admission-${attendee}`, labels: { 'example.com/a': 'b' } },
  spec: { workshop: 'admission', attendee, revision: 'first', ...spec },
});

const accountObjects = [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: PORTAL },
  { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: { name: PORTAL.name }, rules: PORTAL_RULES },
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: PORTAL.name },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: PORTAL.name },
    subjects: [{ kind: 'ServiceAccount', ...PORTAL }],
  },
];

/** Writes the Seats as the operator does, so that it owns their fields. */
const writeSeats = (): Promise<unknown> =>
  tool('kubectl', ['apply', '--server-side', `--field-manager=${FIELD_MANAGER}`, '--filename=-'], {
    input: JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [seat('ada'), seat('bob', { claim: claimOf('Bob') })],
    }),
  });

/**
 * Provides the portal's account for the tests of one file. Call it before `useSeatPolicies`, because the API server
 * checks the types of a policy when it is installed.
 */
export function usePortalAccount(): () => Account {
  let account: Account | undefined;
  beforeAll(async () => {
    await bringDefinitions();
    await apply(...accountObjects);
    await writeSeats();
    const token = await kubectl('create', 'token', PORTAL.name, '--namespace', PORTAL.namespace);
    account = new Account(await readFile(testCluster().kubeconfig, 'utf8'), token.trim());
  }, 60_000);
  afterAll(async () => {
    account?.close();
    await kubectl('delete', 'seat', ...Object.values(SEATS), '--ignore-not-found');
    for (const { kind, metadata } of accountObjects) await kubectl('delete', kind, metadata.name, '--ignore-not-found');
  }, 90_000);
  return () => {
    if (account === undefined) throw new Error('expected the account of the portal, found none: see the first error');
    return account;
  };
}
