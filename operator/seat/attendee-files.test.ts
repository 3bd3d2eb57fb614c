import { sha256 } from '../../cdk8s/canonical-json.ts';
import { LABELS } from '../api/types.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import { aDeployment, aSeat, GIVEN_CODE, GIVEN_COLLECTOR, GIVEN_SETTINGS, smallLab } from './testing/fixtures.ts';
import { labCache } from './rendered-lab.ts';
import type { LabTemplate } from './rendered-lab.ts';
import type { ConfigMap, Deployment } from '../../kubernetes/types.ts';
import { NAME, aReadySeatHarness, aSeatHarness, inSeat } from './testing/seat-harness.ts';
import type { SeatHarness } from './testing/seat-harness.ts';

const dice = (harness: SeatHarness) => harness.get<ConfigMap>('ConfigMap', 'lab-dice');
const annotationsOf = (harness: SeatHarness, component: string) =>
  harness.get<Deployment>('Deployment', `lab-${component}`)?.spec.template.metadata?.annotations;
const given = { 'settings.env': GIVEN_SETTINGS, 'collector.yaml': GIVEN_COLLECTOR };

describe("the attendee's code", () => {
  const startedWith = (harness: SeatHarness) => annotationsOf(harness, 'dice')?.['intro-otel.dev/config-sha256'];
  const manual = { revision: 'r2', lab: { instrumentation: 'manual' } } as const;

  test('gives a new seat the code from the lab', async () => {
    const harness = await aReadySeatHarness();
    expect(dice(harness)?.data).toEqual({ ...given, 'app.ts': GIVEN_CODE.auto });
  });

  test('updates the code with the lab until the attendee edits it', async () => {
    const harness = await aReadySeatHarness();
    harness.change(manual);
    await harness.reconcile();
    expect(dice(harness)?.data).toEqual({ ...given, 'app.ts': GIVEN_CODE.manual });
    expect(startedWith(harness)).toBe(sha256(GIVEN_CODE.manual));
  });

  test("runs the attendee's edited code and keeps it through every change of the lab", async () => {
    const harness = await aReadySeatHarness();
    harness.api.edit(KINDS.ConfigMap, inSeat('lab-dice'), { data: { 'app.ts': 'mine' } });
    const watch = harness.watch();
    await harness.reconcile();
    expect(watch.writes()).toEqual(['apply Deployment lab-dice', 'apply Seat class-ada/status']);
    expect(startedWith(harness)).toBe(sha256('mine'));
    expect(harness.events.at(-1)?.reason).toBe('CodeStarted');
    harness.change(manual);
    await harness.reconcile();
    harness.change({ revision: 'r3', lab: { instrumentation: 'auto' } });
    await harness.reconcile();
    expect(dice(harness)?.data).toEqual({ ...given, 'app.ts': 'mine' });
    expect(startedWith(harness)).toBe(sha256('mine'));
    expect(dice(harness)?.metadata.annotations?.['intro-otel.dev/given-sha256']).toBe(sha256(GIVEN_CODE.auto));
  });

  test('does not overwrite code that the attendee saves while the lab changes', async () => {
    const harness = await aReadySeatHarness();
    harness.change(manual);
    // The store still has the ConfigMap from before the attendee's save, so the operator does not know about the new
    // code.
    const before = dice(harness);
    harness.api.edit(KINDS.ConfigMap, inSeat('lab-dice'), { data: { 'app.ts': 'mine' } });
    const show = harness.hide('ConfigMap', (key) => (key === `${NAME}/lab-dice` ? before : undefined));
    await expect(harness.reconcile()).rejects.toThrow('the object has been modified');
    show();
    await harness.reconcile();
    expect(dice(harness)?.data).toEqual({ ...given, 'app.ts': 'mine' });
  });

  test("keeps the attendee's code if the attendee replaces the whole ConfigMap, including its labels", async () => {
    const harness = await aReadySeatHarness();
    harness.api.remove(KINDS.ConfigMap, inSeat('lab-dice'));
    harness.api.seed({ apiVersion: 'v1', kind: 'ConfigMap', metadata: inSeat('lab-dice'), data: { 'app.ts': 'mine' } });
    // The stores hold only objects with the operator's labels, so the replaced ConfigMap is in no store.
    const progress = harness.get('ConfigMap', 'lab-progress');
    const show = harness.hide('ConfigMap', (key) => (key === `${NAME}/lab-dice` ? undefined : progress));
    await harness.reconcile();
    show();
    expect(dice(harness)).toMatchObject({ data: { 'app.ts': 'mine' }, metadata: { labels: { [LABELS.seat]: NAME } } });
    await harness.reconcile();
    expect(dice(harness)?.data).toEqual({ ...given, 'app.ts': 'mine' });
  });

  test('restores the code from the lab if the attendee deletes the ConfigMap', async () => {
    const harness = await aReadySeatHarness();
    harness.api.edit(KINDS.ConfigMap, inSeat('lab-dice'), { data: { 'app.ts': 'mine' } });
    await harness.reconcile();
    harness.api.remove(KINDS.ConfigMap, inSeat('lab-dice'));
    await harness.reconcile();
    expect(dice(harness)?.data).toEqual({ ...given, 'app.ts': GIVEN_CODE.auto });
  });

  test("keeps a seat Ready if the attendee's code does not start, and says so in the condition Ready", async () => {
    const harness = await aReadySeatHarness();
    harness.api.edit(KINDS.ConfigMap, inSeat('lab-dice'), { data: { 'app.ts': 'broken(' } });
    await harness.reconcile();
    harness.settle('lab-dice');
    await harness.reconcile();
    expect(harness.seat.status?.phase).toBe('Ready');
    expect(harness.condition('Ready')?.message).toBe(
      "All 1 Deployments of the lab are available. lab-dice is not counted because it runs the attendee's own code.",
    );
  });
});

describe("a seat with the attendee's own settings or Collector configuration", () => {
  const collectorStarted = {
    'intro-otel.dev/config-sha256': "of the lab's",
    'intro-otel.dev/own-sha256': sha256(GIVEN_COLLECTOR),
  };
  const withCollector: LabTemplate = (values) => (namespace) => [
    ...smallLab(values)(namespace),
    aDeployment('collector', { annotations: collectorStarted, namespace }),
  ];

  async function readyHarness(): Promise<SeatHarness> {
    const harness = aSeatHarness(aSeat(), { labOf: labCache(withCollector) });
    await harness.reconcile();
    harness.settle();
    await harness.reconcile();
    return harness;
  }

  async function edited(file: string, text: string): Promise<{ harness: SeatHarness; writes: string[] }> {
    const harness = await readyHarness();
    harness.api.edit(KINDS.ConfigMap, inSeat('lab-dice'), { data: { [file]: text } });
    const watch = harness.watch();
    await harness.reconcile();
    return { harness, writes: watch.writes() };
  }

  test('restarts only the dice after the attendee edits settings.env', async () => {
    const { harness, writes } = await edited('settings.env', 'INSTRUMENTATION=none\n');
    expect(writes).toEqual(['apply Deployment lab-dice', 'apply Seat class-ada/status']);
    expect(annotationsOf(harness, 'dice')).toEqual({
      'intro-otel.dev/config-sha256': sha256(GIVEN_CODE.auto),
      'intro-otel.dev/settings-sha256': sha256('INSTRUMENTATION=none\n'),
    });
    expect(harness.events.at(-1)?.message).toBe(
      "Deployment lab-dice restarts with the attendee's files from ConfigMap lab-dice.",
    );
  });

  test('restarts only the Collector after the attendee edits its configuration', async () => {
    const { harness, writes } = await edited('collector.yaml', 'exporters: {}\n');
    expect(writes).toEqual(['apply Deployment lab-collector', 'apply Seat class-ada/status']);
    expect(annotationsOf(harness, 'collector')).toEqual({
      ...collectorStarted,
      'intro-otel.dev/own-sha256': sha256('exporters: {}\n'),
    });
    expect(harness.events.at(-1)?.message).toContain('Deployment lab-collector restarts');
  });

  test('keeps each file that the attendee edited, and updates the other files with the lab', async () => {
    const { harness } = await edited('collector.yaml', 'exporters: {}\n');
    harness.change({ revision: 'r2', lab: { instrumentation: 'manual' } });
    await harness.reconcile();
    expect(dice(harness)?.data).toEqual({
      'app.ts': GIVEN_CODE.manual,
      'settings.env': GIVEN_SETTINGS,
      'collector.yaml': 'exporters: {}\n',
    });
  });

  // What the API server keeps of the operator's own entry in managedFields, after the guide has written each file.
  test('keeps all files after the attendee has edited each of them', async () => {
    const { harness } = await edited('collector.yaml', 'exporters: {}\n');
    const mine = { 'app.ts': 'mine', 'settings.env': 'MINE=1\n', 'collector.yaml': 'exporters: {}\n' };
    const managedFields = [{ manager: 'intro-otel', operation: 'Update', fieldsV1: { 'f:data': { '.': {} } } }];
    harness.api.edit(KINDS.ConfigMap, inSeat('lab-dice'), { metadata: { managedFields }, data: mine });
    await harness.reconcile();
    await harness.reconcile();
    expect(dice(harness)?.data).toEqual(mine);
  });

  test("counts the Collector for a seat's readiness again after the attendee restores its configuration", async () => {
    const { harness } = await edited('collector.yaml', 'exporters: {}\n');
    harness.api.edit(KINDS.ConfigMap, inSeat('lab-dice'), { data: { 'collector.yaml': GIVEN_COLLECTOR } });
    await harness.reconcile();
    expect(annotationsOf(harness, 'collector')).toEqual(collectorStarted);
    harness.settle();
    await harness.reconcile();
    expect(harness.condition('Ready')?.message).toBe('All 3 Deployments of the lab are available.');
  });

  test('restores a file that the attendee deletes from the ConfigMap', async () => {
    const { harness } = await edited('settings.env', 'INSTRUMENTATION=none\n');
    harness.api.edit(KINDS.ConfigMap, inSeat('lab-dice'), { data: { 'settings.env': null } });
    await harness.reconcile();
    expect(dice(harness)?.data).toEqual({ ...given, 'app.ts': GIVEN_CODE.auto });
  });

  test("keeps a seat Ready while the attendee's Collector configuration is broken, and reports why", async () => {
    const { harness } = await edited('collector.yaml', 'broken');
    harness.settle('lab-collector');
    await harness.reconcile();
    expect(harness.seat.status?.phase).toBe('Ready');
    expect(harness.condition('Ready')?.message).toBe(
      "All 2 Deployments of the lab are available. lab-collector is not counted because it runs the attendee's own " +
        'configuration.',
    );
  });
});
