// A Workshop in a test: the operator as helm installs it, a Workshop as an instructor applies it, and its seats.
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

/** The path of workshop.yaml at the repository's root, the first file that an instructor applies. */
export const workshopFile = join(repoRoot, 'workshop.yaml');

interface WorkshopManifest {
  metadata: { name: string };
  spec: WorkshopSpec;
}

const example = parse(readFileSync(workshopFile, 'utf8')) as WorkshopManifest;

/**
 * The Workshop of three attendees from workshop.yaml. All test files of the stage `workshop` share this Workshop and
 * its operator.
 */
export const theClass = {
  workshop: example.metadata.name,
  attendees: example.spec.attendees ?? [],
  /** The names of the Workshop's Seats, which are also the names of their namespaces. */
  seats: (example.spec.attendees ?? []).map(({ name }) => `${example.metadata.name}-${name}`) as [
    string,
    string,
    string,
  ],
};

/** The Helm release that contains the operator, and a lab that belongs to no Workshop. */
export const operator = new Lab('class-operator', 'intro-otel');

/** Milliseconds after which the pod of a terminal goes that nobody uses, in the labs of `quietSpec`. */
export const TERMINAL_IDLE_MS = 4_000;

/** A spec for a Workshop whose labs have a terminal, and no visitors, so that only the tests send requests. */
export const quietSpec: WorkshopSpec = {
  ...example.spec,
  lab: { ...quiet, terminal: { enabled: true }, guide: { env: { TERMINAL_IDLE_MS: String(TERMINAL_IDLE_MS) } } },
};

/** The time limit until all three seats are ready on two cores, in milliseconds. */
export const CLASS_READY_WITHIN = 240_000;

/**
 * Runs `helm install` with the default operator and a lab without visitors, and does not wait. @returns helm's output
 */
export async function installOperator(values: Values = {}): Promise<string> {
  await makeNamespace(operator.namespace);
  const own = { visitors: { enabled: false }, ...values };
  return operator.helm(['install', operator.release, '--values=-', join(repoRoot, 'charts', 'lab')], 'helm', own);
}

/**
 * Provides the shared Workshop for the tests of a file, with three ready seats. The first file that calls it installs
 * the operator and creates the Workshop.
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

/** Saves the operator's log, and the Workshop's current objects, in the artefacts folder. */
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

/** Lists the names of a Workshop's namespaces, including namespaces that are being deleted. */
export async function namespacesOf(workshop: string): Promise<string[]> {
  const { items } = await apiGet<{ items: { metadata: { name: string } }[] }>(
    `/api/v1/namespaces?labelSelector=${LABELS.workshop}=${workshop}`,
  );
  return items.map(({ metadata }) => metadata.name);
}

/** Returns a condition as one text: status, reason and message. */
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

/** Waits until the text of a Seat's condition (see conditionText) matches. @returns the Seat */
export async function seatBecomes(name: string, type: string, expected: RegExp, within = 60_000): Promise<Seat> {
  const look = async (): Promise<Seat> => {
    const seat = await seatNow(name);
    expect(conditionText(seat, type)).toMatch(expected);
    return seat;
  };
  return eventually(look, { within, every: 500 });
}

/** Waits until the text of a Workshop's condition (see conditionText) matches. @returns the Workshop */
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

/** Waits until a Workshop and all its objects are gone. */
export async function gone(workshop: string, within = 60_000): Promise<void> {
  const look = async (): Promise<void> => {
    const { items } = await apiGet<{ items: Workshop[] }>(
      `/apis/intro-otel.dev/v1alpha1/workshops?fieldSelector=metadata.name=${workshop}`,
    );
    expect([items, await seatsOf(workshop), await namespacesOf(workshop)]).toEqual([[], [], []]);
  };
  await eventually(look, { within });
}

/** Returns the lab of a seat. */
export function labOf(seat: string): Lab {
  return new Lab(seat, RELEASE);
}

/** Requests a token for a ServiceAccount. @returns an Account that uses the token */
export async function accountOf(namespace: string, name: string): Promise<Account> {
  const token = await kubectl('create', 'token', name, '--namespace', namespace);
  return new Account(await readFile(testCluster().kubeconfig, 'utf8'), token.trim());
}

/** Requests a token for the ServiceAccount of the operator's pods. @returns an Account that uses the token */
export async function operatorAccount(): Promise<Account> {
  return accountOf(operator.namespace, await ofOperator('{.items[0].spec.template.spec.serviceAccountName}'));
}

/** Reads a JSON path from the list of the operator's Deployments. */
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

/** Reads the metrics of the leading operator at /metrics. */
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
  if (leading.length !== 1)
    throw new Error(`expected one operator to lead, found ${leading.length} of ${items.length}`);
  return leading[0] ?? '';
}

interface OperatorPod {
  metadata: { name: string };
  spec: { containers: [{ ports: { name: string; containerPort: number }[] }] };
}
