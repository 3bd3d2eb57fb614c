// Tests at the real API server which pods the guide of a seat may create: that of the terminal, with the account of the
// attendee, and no other. Nothing is stored, because every write is a dry run.
import { terminalPodOf } from '../../apps/guide/server/terminal/terminal-pod.ts';
import type { Deployment, Pod } from '../../kubernetes/types.ts';
import { LABELS, MANAGED_BY, NAMES, RELEASE, TERMINAL } from '../../lab/names.ts';
import { labOf } from '../../operator/seat/rendered-lab.ts';
import { eventually } from '../../support/waiting.ts';
import type { Answer } from '../support/cluster/account.ts';
import { useSeatPolicies } from '../support/cluster/seat-policies.ts';

const SEAT = 'admission-terminal';
const PODS = `/api/v1/namespaces/${SEAT}/pods`;
const accounts = useSeatPolicies(SEAT);

/** The guide's own pod, from the template of its Deployment. */
function guidePod(): Pod {
  const guide = labOf()
    .objects(SEAT)
    .find(({ kind, metadata: { name } }) => kind === 'Deployment' && name === `${RELEASE}-guide`);
  if (!guide) throw new Error('expected a Deployment of the guide, found none');
  const { spec } = (guide as unknown as Deployment).spec.template;
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'guide', namespace: SEAT }, spec };
}

const resources = { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '192Mi' } };
const terminal = terminalPodOf({ image: 'example.com/terminal:1', resources, idleMs: 1 }, guidePod());

interface Change {
  readonly metadata?: object;
  readonly spec?: object;
}

const create = ({ metadata, spec }: Change = {}, who: 'guide' | 'attendee' = 'guide'): Promise<Answer> =>
  accounts()[who].try({
    method: 'POST',
    path: `${PODS}?dryRun=All`,
    body: { ...terminal, metadata: { ...terminal.metadata, ...metadata }, spec: { ...terminal.spec, ...spec } },
  });

/** Returns what matters of an answer: its code, and the message if the request was refused. */
const brief = ({ code, message = '' }: Answer): [number, string] => [code, message];

const label = (key: string, value: string): Change => ({
  metadata: { labels: { ...terminal.metadata.labels, [key]: value } },
});

beforeAll(async () => {
  const refusal = async (): Promise<void> =>
    expect((await create({ spec: { nodeName: 'any' } })).message).toMatch(/spec.nodeName/);
  await eventually(refusal, { within: 30_000 });
}, 60_000);

test('the guide creates the pod of the terminal', async () => {
  expect(brief(await create())).toEqual([201, '']);
});

test.each<readonly [what: string, change: Change, message: RegExp]>([
  ['another name', { metadata: { name: 'mine' } }, /Expected the pod lab-terminal of the guide, found mine/],
  ['its own account', { spec: { serviceAccountName: `${RELEASE}-guide` } }, /Expected the ServiceAccount attendee/],
  ["the Collector's account", { spec: { serviceAccountName: `${RELEASE}-collector` } }, /ServiceAccount attendee/],
  ['the account default', { spec: { serviceAccountName: 'default' } }, /Expected the ServiceAccount attendee/],
  ['the labels of the guide', label(LABELS.component, 'guide'), /found app.kubernetes.io\/component/],
  ['the label of the operator', label(LABELS.managedBy, MANAGED_BY), /found app.kubernetes.io\/managed-by/],
  ['the label of a seat', label(LABELS.seat, 'another'), /found intro-otel.dev\/seat/],
  ['a Secret', { spec: { volumes: [{ name: 'key', secret: { secretName: NAMES.guideKey } }] } }, /found another type/],
  ['a node', { spec: { nodeName: 'any' } }, /found spec.nodeName/],
  ['a high priority', { spec: { priorityClassName: 'admission-high' } }, /Expected a priority of at most 0/],
])('the guide creates no pod of the terminal with %s', async (_, change, message) => {
  expect(brief(await create(change))).toEqual([422, expect.stringMatching(message)]);
});

test.each<readonly [what: string, change: Change, message: RegExp]>([
  ['the name of the terminal', { metadata: { labels: {} } }, /Expected a pod name that does not start with lab-/],
  ['the labels of the terminal', { metadata: { name: 'mine' } }, /found app.kubernetes.io\/component/],
  ["the attendee's account", { metadata: { name: 'mine', labels: {} } }, /Expected the ServiceAccount default/],
])('an attendee creates no pod with %s', async (_, change, message) => {
  expect(brief(await create(change, 'attendee'))).toEqual([422, expect.stringMatching(message)]);
});

test('the guide connects to the pod of the terminal, and to no other', async () => {
  const exec = (pod: string) =>
    Promise.all(
      (['GET', 'POST'] as const).map((method) =>
        accounts().guide.try({ method, path: `${PODS}/${pod}/exec?command=sh&stdout=true` }),
      ),
    );
  expect((await exec(TERMINAL.pod)).map(({ code }) => code)).toEqual([404, 404]);
  expect((await exec('mine')).map(({ code }) => code)).toEqual([403, 403]);
});

test('the guide deletes the pod of the terminal, and no other', async () => {
  const remove = async (pod: string) => (await accounts().guide.try({ method: 'DELETE', path: `${PODS}/${pod}` })).code;
  expect([await remove(TERMINAL.pod), await remove('mine')]).toEqual([404, 403]);
});
