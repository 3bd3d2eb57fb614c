// A Workshop under test: the operator as helm installs it, a Workshop as its instructor applies it, and its seats.
import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { repoRoot } from '../../../support/paths.ts';
import { conditionOf } from '../../../kubernetes/conditions.ts';
import { LABELS, RELEASE } from '../../../operator/api/types.ts';
import type { Seat, Workshop, WorkshopSpec } from '../../../operator/api/types.ts';
import { Account } from './account.ts';
import { artefacts } from '../artefacts.ts';
import { apiGet, apply, kubectl, testCluster, textOf, tool } from './cluster.ts';
import { eventually } from '../../../support/waiting.ts';
import { Lab, quiet } from './lab.ts';
import type { Values } from './lab.ts';
import { samplesOf, total } from '../matchers/metrics.ts';
import { keepEvidence, makeNamespace } from './namespace.ts';

/** What an instructor applies first: the file at the repository's root. */
export const workshopFile = join(repoRoot, 'workshop.yaml');

interface WorkshopManifest {
  metadata: { name: string };
  spec: WorkshopSpec;
}

const example = parse(readFileSync(workshopFile, 'utf8')) as WorkshopManifest;

/** The Workshop of three from workshop.yaml. All files of the stage share it and the operator. */
export const theClass = {
  workshop: example.metadata.name,
  attendees: example.spec.attendees ?? [],
  /** Names of its Seats, which are also those of their namespaces. */
  seats: (example.spec.attendees ?? []).map(({ name }) => `${example.metadata.name}-${name}`) as [
    string,
    string,
    string,
  ],
};

/** The release that brings the operator, and the lab of whoever installs it. */
export const operator = new Lab('class-operator', 'intro-otel');

/** Seats whose labs are only as busy as their tests make them. */
export const quietSpec: WorkshopSpec = { ...example.spec, lab: quiet };

/** A lab's first start, times the seats, on two cores. */
export const CLASS_READY_WITHIN = 240_000;

/** Runs `helm install` with the default operator and a quiet lab. Does not wait. */
export async function installOperator(values: Values = {}): Promise<string> {
  await makeNamespace(operator.namespace);
  const own = { visitors: { enabled: false }, ...values };
  return operator.helm(['install', operator.release, '--values=-', join(repoRoot, 'charts', 'lab')], 'helm', own);
}

/**
 * Provides the Workshop of this stage for the tests of a file, and makes it if no earlier file has: the operator is
 * installed, three seats are ready, and nobody visits them.
 */
export function useWorkshop(): typeof theClass {
  beforeAll(async () => {
    const { code } = await tool('helm', ['status', operator.release, '--namespace', operator.namespace], {
      allowFailure: true,
    });
    if (code !== 0) await installOperator();
    await applyWorkshop(theClass.workshop, quietSpec);
    await allReady(theClass.workshop, theClass.seats.length);
  }, CLASS_READY_WITHIN + 60_000);
  afterAll(keepWorkshopEvidence, 60_000);
  return theClass;
}

/** The operator's log, and its objects as they are now. */
export async function keepWorkshopEvidence(): Promise<void> {
  await mkdir(artefacts, { recursive: true });
  await keepEvidence(operator.namespace).catch(String);
  await writeFile(
    join(artefacts, 'class.yaml'),
    await kubectl('get', 'workshops,seats', '--output=yaml').catch(String),
  );
}

export async function applyWorkshop(name: string, spec: WorkshopSpec): Promise<void> {
  await apply({ apiVersion: 'intro-otel.dev/v1alpha1', kind: 'Workshop', metadata: { name }, spec });
}

export async function patchWorkshop(name: string, spec: object): Promise<void> {
  await kubectl('patch', 'workshop', name, '--type=merge', '--patch', JSON.stringify({ spec }));
}

export function workshopNow(name: string): Promise<Workshop> {
  return apiGet(`/apis/intro-otel.dev/v1alpha1/workshops/${name}`);
}

export function seatNow(name: string): Promise<Seat> {
  return apiGet(`/apis/intro-otel.dev/v1alpha1/seats/${name}`);
}

export async function seatsOf(workshop: string): Promise<Seat[]> {
  const { items } = await apiGet<{ items: Seat[] }>(
    `/apis/intro-otel.dev/v1alpha1/seats?labelSelector=${LABELS.workshop}=${workshop}`,
  );
  return items;
}

/** Names of a Workshop's namespaces, including those that are being deleted. */
export async function namespacesOf(workshop: string): Promise<string[]> {
  const { items } = await apiGet<{ items: { metadata: { name: string } }[] }>(
    `/api/v1/namespaces?labelSelector=${LABELS.workshop}=${workshop}`,
  );
  return items.map(({ metadata }) => metadata.name);
}

/** `status` and `reason` of a condition, for comparing. The message too, if asked for. */
export function conditionText({ status }: Workshop | Seat, type: string): string {
  const found = conditionOf(status?.conditions, type);
  return found === undefined ? `no condition ${type}` : `${found.status} ${found.reason}: ${found.message}`;
}

/** Waits until all seats of a Workshop are ready with its current spec. */
export async function allReady(workshop: string, seats: number, within = CLASS_READY_WITHIN): Promise<void> {
  const look = async (): Promise<void> => {
    const found = await workshopNow(workshop);
    const states = (await seatsOf(workshop)).map((seat) => `${seat.metadata.name} ${conditionText(seat, 'Ready')}`);
    const { observedGeneration, seats: counts } = found.status ?? {};
    const seen = { observedGeneration, counts, ready: conditionText(found, 'Ready').split(' ')[0], states };
    expect(seen).toEqual({
      observedGeneration: found.metadata.generation,
      counts: { desired: seats, ready: seats, updated: seats, failed: 0 },
      ready: 'True',
      states,
    });
  };
  await eventually(look, { within, every: 1000 });
}

/** Waits until a condition of a Seat has this status, or a text that matches. */
export async function seatBecomes(name: string, type: string, expected: RegExp, within = 60_000): Promise<Seat> {
  const look = async (): Promise<Seat> => {
    const seat = await seatNow(name);
    expect(conditionText(seat, type)).toMatch(expected);
    return seat;
  };
  return eventually(look, { within, every: 500 });
}

/** The same as seatBecomes, for a Workshop. */
export async function workshopBecomes(
  name: string,
  type: string,
  expected: RegExp,
  within = 60_000,
): Promise<Workshop> {
  const look = async (): Promise<Workshop> => {
    const workshop = await workshopNow(name);
    expect(conditionText(workshop, type)).toMatch(expected);
    return workshop;
  };
  return eventually(look, { within, every: 500 });
}

/** Waits until a Workshop and everything made for it are gone. */
export async function gone(workshop: string, within = 60_000): Promise<void> {
  const look = async (): Promise<void> => {
    const { items } = await apiGet<{ items: Workshop[] }>(
      `/apis/intro-otel.dev/v1alpha1/workshops?fieldSelector=metadata.name=${workshop}`,
    );
    expect([items, await seatsOf(workshop), await namespacesOf(workshop)]).toEqual([[], [], []]);
  };
  await eventually(look, { within });
}

/** The lab of a seat. */
export function labOf(seat: string): Lab {
  return new Lab(seat, RELEASE);
}

/** The rights of a ServiceAccount, through one of its tokens. */
export async function accountOf(namespace: string, name: string): Promise<Account> {
  const token = await kubectl('create', 'token', name, '--namespace', namespace);
  return new Account(await readFile(testCluster().kubeconfig, 'utf8'), token.trim());
}

/** The rights of the operator, which are those of its pods' ServiceAccount. */
export async function operatorAccount(): Promise<Account> {
  return accountOf(operator.namespace, await ofOperator('{.items[0].spec.template.spec.serviceAccountName}'));
}

/** What a JSON path finds in the list of the operator's Deployments. */
export async function ofOperator(jsonPath: string): Promise<string> {
  return kubectl(
    'get',
    'deployments',
    '--namespace',
    operator.namespace,
    '--selector',
    `${LABELS.component}=operator`,
    `--output=jsonpath=${jsonPath}`,
  );
}

/** What the operator's leader answers at /metrics. */
export async function leaderMetrics(): Promise<string> {
  const { items } = await apiGet<{ items: OperatorPod[] }>(
    `/api/v1/namespaces/${operator.namespace}/pods?labelSelector=${LABELS.component}=operator`,
  );
  const texts = await Promise.all(
    items.map(
      async ({
        metadata: { name },
        spec: {
          containers: [container],
        },
      }) => {
        const port = container.ports.find((one) => one.name === 'ops')?.containerPort;
        return textOf(
          await fetch(
            `${testCluster().api}/api/v1/namespaces/${operator.namespace}/pods/${name}:${port}/proxy/metrics`,
          ),
        );
      },
    ),
  );
  const leading = texts.filter((text) => total(samplesOf(text, 'leader_election_master_status')) === 1);
  if (leading.length !== 1) throw new Error(`${leading.length} of ${items.length} operators lead, expected one`);
  return leading[0] ?? '';
}

interface OperatorPod {
  metadata: { name: string };
  spec: { containers: [{ ports: { name: string; containerPort: number }[] }] };
}
