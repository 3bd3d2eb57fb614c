// Tests what the course needs in a seat: faults that the instructor switches for all seats, the attendee's own files,
// and the key with which the guide signs the learner's progress.
import { NAMES, RELEASE } from '../../operator/api/types.ts';
import type { Attendee } from '../support/cluster/attendee.ts';
import { useAttendee } from '../support/cluster/attendee.ts';
import { accountOf, labOf, useWorkshop } from '../support/cluster/workshop.ts';
import { apiGet, kubectl } from '../support/cluster/cluster.ts';
import { useBackground } from '../support/background.ts';
import { always, eventually } from '../../support/waiting.ts';
import { OWN_HEADERS } from '../support/cluster/guide.ts';

const { seats, workshop } = useWorkshop();
const [own, second, third] = seats;
const attendee = useAttendee(own);
const secondAttendee = useAttendee(second);
// These tests restart pods of different seats, or different pods of one seat, so they run side by side.
const [ofSettings, ofCollector, ofRun, ofKey] = [useBackground(), useBackground(), useBackground(), useBackground()];

interface Data {
  readonly data?: Readonly<Record<string, string>>;
}

const configMap = (seat: string, name: string): Promise<Data> =>
  apiGet(`/api/v1/namespaces/${seat}/configmaps/${name}`);

describe("the Workshop's label for faults", () => {
  const faults = () => Promise.all(seats.map(async (seat) => (await configMap(seat, NAMES.faults)).data?.['faults']));

  test('a label of the Workshop switches faults in every seat within 5 s', async () => {
    for (const [label, expected] of [
      ['=spike.timeouts', 'spike,timeouts'],
      ['=none', ''],
      ['-', undefined],
    ] as const) {
      await kubectl('label', 'workshop', workshop, `intro-otel.dev/faults${label}`, '--overwrite');
      await eventually(async () => expect(await faults()).toEqual(seats.map(() => expected)), { within: 5_000 });
    }
  });

  test('a label of the Workshop makes each guide answer 409 when an attendee switches faults', async () => {
    const switched = async (on: boolean): Promise<number> =>
      (
        await labOf(own).fetch('guide', '/api/faults', {
          method: 'PUT',
          headers: OWN_HEADERS,
          body: JSON.stringify({ name: 'spike', on }),
        })
      ).status;
    await kubectl('label', 'workshop', workshop, 'intro-otel.dev/faults=spike');
    await eventually(async () => expect(await switched(false)).toBe(409), { within: 5_000 });
    await kubectl('label', 'workshop', workshop, 'intro-otel.dev/faults-');
    await eventually(async () => expect(await switched(false)).toBe(200), { within: 5_000 });
  });
});

describe("an attendee's own files", () => {
  const started = async (seat: string, component: string) =>
    JSON.stringify(
      ((await labOf(seat).deployment(component)) as unknown as { spec: { template: { metadata: object } } }).spec
        .template.metadata,
    );
  const write = (by: Attendee, file: string, text: string) =>
    by.kubectl([
      'patch',
      'configmap',
      NAMES.dice,
      '--type=merge',
      '--patch',
      JSON.stringify({ data: { [file]: text } }),
    ]);

  /** Changes a file and changes it back. Each time, only the Deployment of `component` must restart. */
  async function change(by: Attendee, file: string, component: 'dice' | 'collector', text: string): Promise<void> {
    const other = component === 'dice' ? 'collector' : 'dice';
    const { seat } = by;
    const { [file]: given = '' } = (await configMap(seat, NAMES.dice)).data ?? {};
    const before = [await started(seat, component), await started(seat, other)];
    await write(by, file, text);
    await eventually(async () => expect(await started(seat, component)).not.toBe(before[0]));
    expect(await started(seat, other)).toBe(before[1]);
    await labOf(seat).rolledOut(component);
    expect((await configMap(seat, NAMES.dice)).data?.[file]).toBe(text);
    await write(by, file, given);
    await eventually(async () => expect(await started(seat, component)).toBe(before[0]));
    await labOf(seat).rolledOut(component);
  }

  ofSettings(
    "a change of an attendee's settings.env restarts dice, but not the Collector",
    () => change(attendee, 'settings.env', 'dice', '# mine\nOTEL_LOGS_EXPORTER=none\n'),
    120_000,
  );

  ofCollector(
    "a change of an attendee's collector.yaml restarts the Collector, but not dice",
    () => change(secondAttendee, 'collector.yaml', 'collector', 'processors: {}\n'),
    120_000,
  );
});

describe("the guide's button Run", () => {
  interface Revised {
    metadata: { annotations: Record<string, string> };
  }
  const revision = async () =>
    Number(
      (await apiGet<Revised>(`/apis/apps/v1/namespaces/${third}/deployments/${RELEASE}-dice`)).metadata.annotations[
        'deployment.kubernetes.io/revision'
      ],
    );
  const ask = async <T>(body?: object): Promise<T> => {
    return JSON.parse(
      await labOf(third).text(
        'guide',
        '/api/files',
        body && { method: 'PUT', headers: OWN_HEADERS, body: JSON.stringify(body) },
      ),
    ) as T;
  };

  ofRun(
    'Run in the guide restarts dice only once, although the operator also sees the change',
    async () => {
      const { version, files } = await ask<{ version: string; files: Record<string, string> }>();
      const before = await revision();
      await ask({ version, files: { 'app.ts': `${files['app.ts'] ?? ''}\n// by the guide\n` } });
      await labOf(third).rolledOut('dice');
      await always(async () => expect(await revision()).toBe(before + 1), { during: 5_000, every: 500 });
    },
    90_000,
  );
});

describe('the Secret with the key that signs progress', () => {
  // A program that prints the key. The image has no `cat`.
  const READ = 'process.stdout.write(require("fs").readFileSync("/etc/intro-otel/key"))';
  const inPod = (): Promise<string> =>
    kubectl(
      'exec',
      '--namespace',
      second,
      `deployment/${RELEASE}-guide`,
      '--container=guide',
      '--',
      'node',
      '--eval',
      READ,
    );

  ofKey(
    "the guide's key that signs progress is created once, and the guide's next pod has the same key",
    async () => {
      const key = await inPod();
      expect(key).toMatch(/^[0-9a-f]{64}$/);
      const { data } = await apiGet<Data>(`/api/v1/namespaces/${second}/secrets/${RELEASE}-guide-key`);
      expect(Buffer.from(data?.['key'] ?? '', 'base64').toString()).toBe(key);
      await kubectl('rollout', 'restart', '--namespace', second, `deployment/${RELEASE}-guide`);
      await labOf(second).rolledOut('guide');
      expect(await inPod()).toBe(key);
    },
    120_000,
  );

  test("the guide's key that signs progress can't be read by the attendee through the API", async () => {
    const { code, reason } = await attendee.account.try({
      method: 'GET',
      path: `/api/v1/namespaces/${own}/secrets/${RELEASE}-guide-key`,
    });
    expect([code, reason]).toEqual([403, 'Forbidden']);
  });

  test('the guide may read and write the Secret with its key, and access no other Secret', async () => {
    const guide = await accountOf(own, `${RELEASE}-guide`);
    const may = (verb: string, name: string) =>
      guide.may({ verb, group: '', resource: 'secrets', namespace: own, name });
    expect(await Promise.all(['get', 'patch', 'delete'].map((verb) => may(verb, `${RELEASE}-guide-key`)))).toEqual([
      true,
      true,
      false,
    ]);
    expect(await may('get', NAMES.kubeconfig)).toBe(false);
    guide.close();
  });
});
