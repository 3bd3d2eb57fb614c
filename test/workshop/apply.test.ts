// Tests the README's two commands, one right after the other: they install the operator, and give every attendee a lab.
import { readFileSync } from 'node:fs';
import { say } from '../../support/output.ts';
import { kubectl } from '../support/cluster/cluster.ts';
import {
  allReady,
  CLASS_READY_WITHIN,
  conditionText,
  installOperator,
  keepWorkshopEvidence,
  labOf,
  seatNow,
  theClass,
  workshopFile,
  workshopNow,
} from '../support/cluster/workshop.ts';
import { settledRound } from '../support/otlp/traces.ts';

const { workshop, seats } = theClass;

beforeAll(async () => {
  const began = performance.now();
  await installOperator();
  await kubectl('apply', '--filename', workshopFile);
  await allReady(workshop, seats.length);
  say(`helm install, kubectl apply: ${seats.length} ready after ${((performance.now() - began) / 1000).toFixed(1)} s`);
}, CLASS_READY_WITHIN + 60_000);

afterAll(keepWorkshopEvidence, 60_000);

test.each(seats)('plays a round in %s, and finds a trace of four services in its own Jaeger', async (seat) => {
  const { services } = await settledRound(labOf(seat));
  expect(services).toEqual(['arcade', 'dice', 'guide', 'prizes']);
});

test('shows in kubectl get workshops how many seats are ready', async () => {
  const [header = '', row = ''] = (await kubectl('get', 'workshops', workshop)).split('\n');
  expect(header).toMatch(/^NAME +READY +STATE/);
  expect(row).toContain('3/3');
});

test('shows a row for each attendee in kubectl get seats, without any token', async () => {
  const [header = '', ...rows] = (await kubectl('get', 'seats', '--output=wide')).trim().split('\n');
  expect(header).toMatch(/^NAME +WORKSHOP +ATTENDEE +PERSON +PHASE/);
  expect(rows.map((row) => row.split(/ +/)[0])).toEqual([...seats].sort());
  expect(rows.filter((row) => !row.includes('Ready'))).toEqual([]);
  expect(rows.join()).not.toMatch(/eyJ|client-key|token/);
});

test('describes the fields of a Workshop in kubectl explain', async () => {
  const text = await kubectl('explain', 'workshop.spec', '--recursive');
  for (const field of ['attendees', 'seats', 'lab', 'quota', 'rollout', 'access', 'schedule'])
    expect(text).toMatch(new RegExp(`\\b${field}\\s+<`));
  expect(await kubectl('explain', 'workshop.spec.schedule.afterExpiry')).toMatch(/Delete.*Stop.*Keep/s);
});

test('pulls the images before it creates the first seat, and reports that all seats fit', async () => {
  const now = await workshopNow(workshop);
  expect(conditionText(now, 'ImagesReady')).toMatch(/^True /);
  expect(conditionText(now, 'CapacityAvailable')).toMatch(/^True /);
  expect(conditionText(now, 'Degraded')).toMatch(/^False /);
});

test("records the lab's URL and the kubeconfig's Secret in each Seat, without the kubeconfig itself", async () => {
  for (const name of seats) {
    const { status } = await seatNow(name);
    expect(status?.namespace).toBe(name);
    expect(status?.url).toContain(name);
    expect(status?.access?.secret).toBe(`${name}/kubeconfig`);
    expect(Date.parse(status?.access?.expiresAt ?? '')).toBeGreaterThan(Date.now());
    expect(JSON.stringify(status)).not.toContain('eyJ');
  }
});

test('needs only a list of attendees and a few more lines in workshop.yaml', () => {
  expect(
    readFileSync(workshopFile, 'utf8')
      .split('\n')
      .filter((line) => !line.startsWith('#')).length,
  ).toBeLessThan(20);
});
