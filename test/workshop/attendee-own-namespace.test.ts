// Tests what an attendee may do in their own namespace with their seat's kubeconfig, and which pods the namespace
// refuses.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { NAMES, RELEASE } from '../../operator/api/types.ts';
import { attributesOf, byName } from '../support/cluster/account.ts';
import type { Act } from '../support/cluster/account.ts';
import { useAttendee } from '../support/cluster/attendee.ts';
import { testCluster } from '../support/cluster/cluster.ts';
import { escapes, restrictedPod } from '../support/cluster/restricted-pod.ts';
import { labOf, useWorkshop } from '../support/cluster/workshop.ts';
import { eventually } from '../../support/waiting.ts';

const {
  seats: [own],
} = useWorkshop();
const attendee = useAttendee(own);

const CORE = '/api/v1';
const APPS = '/apis/apps/v1';
const NETWORKING = '/apis/networking.k8s.io/v1';

const allowed: readonly Act[] = [
  ['get a pod', 'GET', `${CORE}/namespaces/${own}/pods/MY_POD`],
  ['list the pods', 'GET', `${CORE}/namespaces/${own}/pods`],
  ['read a log', 'GET', `${CORE}/namespaces/${own}/pods/MY_POD/log`],
  ['list the ConfigMaps', 'GET', `${CORE}/namespaces/${own}/configmaps`],
  ['read the code of dice', 'GET', `${CORE}/namespaces/${own}/configmaps/${NAMES.dice}`],
  ['list the Deployments', 'GET', `${APPS}/namespaces/${own}/deployments`],
  ['get a Deployment', 'GET', `${APPS}/namespaces/${own}/deployments/${RELEASE}-dice`],
  ['list the ReplicaSets', 'GET', `${APPS}/namespaces/${own}/replicasets`],
  ['list the Services', 'GET', `${CORE}/namespaces/${own}/services`],
  ['list the EndpointSlices of the Services', 'GET', `/apis/discovery.k8s.io/v1/namespaces/${own}/endpointslices`],
  ['list the events', 'GET', `${CORE}/namespaces/${own}/events`],
  ['list the quotas', 'GET', `${CORE}/namespaces/${own}/resourcequotas`],
  ['list the LimitRanges', 'GET', `${CORE}/namespaces/${own}/limitranges`],
  ['list the NetworkPolicies', 'GET', `${NETWORKING}/namespaces/${own}/networkpolicies`],
];

test.each(byName(allowed))('lets an attendee, in their own namespace, %s', async (_, [, method, path]) => {
  const tried = { method, path: path.replace('MY_POD', (await labOf(own).pod('dice')).metadata.name) };
  expect(await attendee.account.may(attributesOf(tried))).toBe(true);
  const { code, text } = await attendee.account.try(tried);
  expect([code, code === 200 ? '' : text]).toEqual([200, '']);
});

describe('kubectl with the kubeconfig from the instructor', () => {
  test("an attendee needs no --namespace, because the kubeconfig names the seat's namespace", async () => {
    expect(await attendee.kubectl(['config', 'view', '--minify', '--output=jsonpath={..namespace}'])).toBe(own);
    expect(await attendee.kubectl(['auth', 'can-i', 'get', 'pods'])).toBe('yes\n');
  });

  test('an attendee reads a log', async () => {
    await labOf(own).text('dice', '/server_request?param=hello-to-the-log');
    await eventually(async () =>
      expect(await attendee.kubectl(['logs', `deployment/${RELEASE}-dice`])).toContain('hello-to-the-log'),
    );
  });

  test('an attendee runs a command in a container', async () => {
    expect(await attendee.kubectl(['exec', `deployment/${RELEASE}-dice`, '--', 'node', '--print', '6 * 7'])).toBe(
      '42\n',
    );
  });

  test('an attendee forwards a port to the lab, and plays a round', async () => {
    const args = [
      `--kubeconfig=${attendee.kubeconfig}`,
      'port-forward',
      `service/${RELEASE}-guide`,
      ':8080',
      '--address=127.0.0.1',
    ];
    const forward = spawn(testCluster().tools.kubectl, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      for await (const line of createInterface(forward.stdout)) {
        const port = /127\.0\.0\.1:(\d+)/.exec(line)?.[1];
        if (port === undefined) continue;
        const round = await fetch(`http://127.0.0.1:${port}/api/rounds`, { method: 'POST' });
        expect(round.status).toBe(200);
        return;
      }
      throw new Error('kubectl port-forward ended without saying where it listens');
    } finally {
      forward.kill();
    }
  });

  test('an attendee changes the code of dice, restarts dice and sees the new code run', async () => {
    const lab = labOf(own);
    const source = await lab.diceSource();
    const edited = source.replace(
      '\napp.listen(',
      "\napp.get('/mine', (request, response) => { response.send('mine'); });\n\napp.listen(",
    );
    const patch = (code: string): Promise<string> =>
      attendee.kubectl([
        'patch',
        'configmap',
        NAMES.dice,
        '--type=merge',
        '--patch',
        JSON.stringify({ data: { 'app.ts': code } }),
      ]);
    const restart = (): Promise<string> => attendee.kubectl(['rollout', 'restart', `deployment/${RELEASE}-dice`]);
    expect((await lab.fetch('dice', '/mine')).status).toBe(404);
    await patch(edited);
    await restart();
    await attendee.kubectl(['rollout', 'status', `deployment/${RELEASE}-dice`, '--timeout=60s']);
    await eventually(async () => expect((await lab.fetch('dice', '/mine')).status).toBe(200));
    await patch(source);
    await restart();
  });

  test('an attendee runs a pod of their own, and removes the pod', async () => {
    await attendee.kubectl(['create', '--filename=-'], JSON.stringify(restrictedPod('my-own')));
    await attendee.kubectl(['wait', 'pod/my-own', '--for=condition=Ready', '--timeout=60s']);
    expect(await attendee.kubectl(['get', 'pod', 'my-own', '--watch=false', '--output=name'])).toBe('pod/my-own\n');
    await attendee.kubectl(['delete', 'pod', 'my-own']);
  });
});

test.each(Object.entries(escapes))("refuses an attendee's pod with %s", async (_, change) => {
  const { code, message } = await attendee.account.try({
    method: 'POST',
    path: `${CORE}/namespaces/${own}/pods`,
    body: restrictedPod('mine', change),
  });
  expect([code, message]).toEqual([403, expect.stringContaining('violates PodSecurity "restricted')]);
});
