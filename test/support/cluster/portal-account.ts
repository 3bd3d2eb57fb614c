// The portal's account with its permissions and policies and with two Seats, but without a portal and an operator.
import { readFile } from 'node:fs/promises';
import { PORTAL_EVENT_RULES, PORTAL_NAMESPACE_RULES, PORTAL_RULES } from '../../../cdk8s/operator/rbac.ts';
import type { AnyObject } from '../../../cdk8s/render.ts';
import { BOARD, FIELD_MANAGER, LABELS, PORTAL as NAMES } from '../../../lab/names.ts';
import { API_VERSION } from '../../../operator/api/types.ts';
import type { Claim } from '../../../operator/api/types.ts';
import { Account } from './account.ts';
import { apply, kubectl, testCluster, tool } from './cluster.ts';
import { bringDefinitions } from './definitions.ts';
import { installedPolicies, isPortals } from './policies.ts';

/** The release whose portal the policies name. */
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

/** The names of two Workshops: one with a number of seats, and one with names. */
export const WORKSHOPS = { numbered: 'admission', named: 'admission-names' } as const;

const workshop = (name: string, spec: object): object => ({
  apiVersion: API_VERSION,
  kind: 'Workshop',
  metadata: { name, labels: { 'example.com/a': 'b' } },
  spec: { schedule: { startsAt: '2126-05-04T09:00:00Z' }, ...spec },
});

/**
 * The ConfigMaps of the portal's namespace: the answers to a poll, the sessions of instructors that were logged out,
 * and one that has nothing to do with the portal.
 */
export const CONFIG_MAPS = {
  poll: 'admission-poll-admission.first',
  sessions: `admission-${BOARD.sessions}`,
  other: 'admission-other',
} as const;

export const pollLabels = { [LABELS.component]: NAMES.polls.component };

const configMap = (name: string, labels: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: PORTAL.namespace, labels },
});

const seat = (attendee: string, spec: object = {}): object => ({
  apiVersion: API_VERSION,
  kind: 'Seat',
  metadata: { name: `admission-${attendee}`, labels: { 'example.com/a': 'b' } },
  spec: { workshop: 'admission', attendee, revision: 'first', ...spec },
});

const roleIn = (name: string, rules: readonly object[]) => [
  { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata: { name, namespace: PORTAL.namespace }, rules },
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'RoleBinding',
    metadata: { name, namespace: PORTAL.namespace },
    roleRef: { apiGroup: RBAC, kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', ...PORTAL }],
  },
];

const accountObjects = [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: PORTAL },
  ...roleIn(`${PORTAL.name}-polls`, PORTAL_NAMESPACE_RULES),
  ...roleIn(`${PORTAL.name}-events`, PORTAL_EVENT_RULES),
  { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: { name: PORTAL.name }, rules: PORTAL_RULES },
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: PORTAL.name },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: PORTAL.name },
    subjects: [{ kind: 'ServiceAccount', ...PORTAL }],
  },
];

const items = [
  seat('ada'),
  seat('bob', { claim: claimOf('Bob') }),
  workshop(WORKSHOPS.numbered, { seats: 2 }),
  workshop(WORKSHOPS.named, { attendees: [{ name: 'ada' }, { name: 'bob', displayName: 'Bob' }] }),
  configMap(CONFIG_MAPS.poll, pollLabels),
  configMap(CONFIG_MAPS.sessions),
  configMap(CONFIG_MAPS.other),
];

/** Writes the Seats and the other objects as the operator does, so that it owns their fields. */
const writeObjects = (): Promise<unknown> =>
  tool('kubectl', ['apply', '--server-side', `--field-manager=${FIELD_MANAGER}`, '--filename=-'], {
    input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
  });

/** Returns the admission policies for the portal's account, and their bindings. */
export const portalPolicyObjects = (): AnyObject[] => installedPolicies().filter(isPortals);

/**
 * Provides the portal's account for the tests of one file. The definitions come first, because the API server checks
 * the types of a policy when it is installed.
 */
export function usePortalAccount(): () => Account {
  let account: Account | undefined;
  beforeAll(async () => {
    await bringDefinitions();
    await apply(...accountObjects, ...portalPolicyObjects());
    await writeObjects();
    const token = await kubectl('create', 'token', PORTAL.name, '--namespace', PORTAL.namespace);
    account = new Account(await readFile(testCluster().kubeconfig, 'utf8'), token.trim());
  }, 60_000);
  afterAll(async () => {
    account?.close();
    await kubectl('delete', 'seat', ...Object.values(SEATS), '--ignore-not-found');
    await kubectl('delete', 'workshop', ...Object.values(WORKSHOPS), '--ignore-not-found');
    await kubectl('delete', 'configmap', ...Object.values(CONFIG_MAPS), '--ignore-not-found');
    for (const { kind, metadata } of [...portalPolicyObjects(), ...accountObjects])
      await kubectl('delete', kind, metadata.name, '--ignore-not-found');
  }, 90_000);
  return () => {
    if (account === undefined) throw new Error('expected the account of the portal, found none: see the first error');
    return account;
  };
}
