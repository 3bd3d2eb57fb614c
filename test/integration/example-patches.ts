// Tests that each patch in examples/ changes what its name says, and leaves every other field of a class as it is. They
// run in crds.test.ts, which installs the definitions.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Workshop, WorkshopSpec } from '../../operator/api/types.ts';
import { repoRoot } from '../../support/paths.ts';
import { apply, kubectl, tool } from '../support/cluster/cluster.ts';

const folder = join(repoRoot, 'examples');
const NAME = 'examples-5';

/** A class in use: it has an attendee, a lab, a quota and settings that class-5.yaml lacks. */
const spec: WorkshopSpec = {
  attendees: ['ada', 'barbara', 'edsger', 'grace', 'leslie', 'late'].map((name) => ({ name })),
  seatNames: 'Opaque',
  lab: { instrumentation: 'none', jaeger: { maxTraces: 7 } },
  quota: { pods: 30 },
  rollout: { maxConcurrent: 2, maxFailures: 4, paused: false },
  schedule: { expiresAt: '2030-05-04T18:00:00Z', afterExpiry: 'Keep' },
  access: { tokenLifetime: '30h', server: 'https://kube.example.com' },
};
const before: Workshop = {
  apiVersion: 'intro-otel.dev/v1alpha1',
  kind: 'Workshop',
  metadata: { name: NAME, labels: { mine: 'yes' } },
  spec,
};

const { lab, rollout, schedule, attendees = [] } = spec;

const changes: Readonly<Record<string, Partial<WorkshopSpec>>> = {
  'add-attendee.yaml': { attendees: [...attendees, { name: 'margaret' }] },
  'remove-attendee.yaml': { attendees: attendees.filter(({ name }) => name !== 'leslie') },
  'change-lab.yaml': {
    lab: {
      ...lab,
      instrumentation: 'manual',
      collector: {
        exporters: { debug: { verbosity: 'detailed' } },
        pipelines: { traces: { exporters: ['otlp_http/jaeger', 'debug'] } },
      },
    },
  },
  'pause.yaml': { rollout: { ...rollout, paused: true } },
  'resume.yaml': { rollout: { ...rollout, paused: false } },
  'extend.yaml': { schedule: { ...schedule, expiresAt: '2030-05-04T20:00:00+02:00' } },
  'end.yaml': { schedule: { expiresAt: '2024-05-04T18:00:00+02:00', afterExpiry: 'Delete' } },
};

/** Returns the options of the kubectl command in the file's comment. */
function commandIn(file: string): string[] {
  const [, type, path] =
    /^# kubectl patch workshop class-5 --type=(\w+) --patch-file examples\/(\S+)$/m.exec(
      readFileSync(join(folder, file), 'utf8'),
    ) ?? [];
  return [`--type=${type}`, '--patch-file', join(folder, path ?? '')];
}

const patched = async (file: string): Promise<Workshop> =>
  JSON.parse(
    await kubectl('patch', 'workshop', NAME, ...commandIn(file), '--dry-run=server', '--output=json'),
  ) as Workshop;

/** Defines the tests. The definitions of Workshop and Seat must be installed. */
export function testExamples(): void {
  beforeAll(() => apply(before));
  afterAll(() => kubectl('delete', 'workshop', NAME, '--ignore-not-found', '--timeout=60s'), 90_000);

  test('has a test for every patch in examples/', () => {
    const classes = ['class-30.yaml', 'class-5.yaml', 'solo.yaml'];
    expect(readdirSync(folder).filter((file) => file.endsWith('.yaml'))).toEqual(
      [...Object.keys(changes), ...classes].sort(),
    );
  });

  test.each(Object.entries(changes))('%s changes only what its name says', async (file, change) => {
    const { spec: after, metadata } = await patched(file);
    expect(after).toEqual({ ...spec, ...change });
    expect(metadata.labels).toEqual({ mine: 'yes' });
  });

  test('remove-attendee.yaml is refused if another attendee has its position', async () => {
    const first = { path: '/spec/attendees/0', op: 'remove' };
    await kubectl('patch', 'workshop', NAME, '--type=json', '--patch', JSON.stringify([first]));
    const { code } = await tool('kubectl', ['patch', 'workshop', NAME, ...commandIn('remove-attendee.yaml')], {
      allowFailure: true,
    });
    expect(code).not.toBe(0);
  });
}
