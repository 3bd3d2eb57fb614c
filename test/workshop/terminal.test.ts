// Opens the terminal of a seat on a real node, as the page does: kubectl works there with the attendee's permissions
// and no others, and the pod goes when nobody uses it.
import { setTimeout as sleep } from 'node:timers/promises';
import { LABELS, TERMINAL } from '../../lab/names.ts';
import type { Pod } from '../../kubernetes/types.ts';
import { say } from '../../support/output.ts';
import { eventually } from '../../support/waiting.ts';
import { apiGet } from '../support/cluster/cluster.ts';
import { Guide, OWN_HEADERS } from '../support/cluster/guide.ts';
import { TERMINAL_IDLE_MS, labOf, useWorkshop } from '../support/cluster/workshop.ts';

const {
  seats: [own, neighbour],
} = useWorkshop();

let guide: Guide;
beforeAll(async () => {
  guide = await Guide.open(labOf(own));
}, 60_000);
afterAll(() => guide?.close());

/** A shell, as the page opens it. */
class Shell {
  readonly #socket: WebSocket;
  #output = '';

  static async open(): Promise<Shell> {
    const answer = await fetch(`${guide.origin}/api/terminal`, { method: 'POST', headers: OWN_HEADERS, body: '{}' });
    expect([answer.status, await answer.text()]).toEqual([204, '']);
    // Node's WebSocket takes headers, unlike a browser's.
    const options = { protocols: ['v5.channel.k8s.io', 'v4.channel.k8s.io'], headers: { origin: guide.origin } };
    const url = `${guide.origin.replace('http', 'ws')}/api/terminal/shell`;
    const socket = new WebSocket(url, options);
    socket.binaryType = 'arraybuffer';
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', () => reject(new Error('expected a shell, found a refusal')));
    });
    socket.send(Buffer.concat([Buffer.of(4), Buffer.from('{"Width":97,"Height":31}')]));
    return new Shell(socket);
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      this.#output += new TextDecoder().decode(new Uint8Array(data as ArrayBuffer, 1));
    });
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  type(text: string): void {
    this.#socket.send(Buffer.concat([Buffer.of(0), Buffer.from(text)]));
  }

  /** Runs a command. @returns what it prints, and its exit code */
  async run(command: string): Promise<{ output: string; code: number }> {
    this.#output = '';
    // The mark is not in the echo of what is typed.
    this.type(`${command}; printf '\\n%s=%s\\n' done $?\r`);
    const end = await eventually(
      () => {
        const found = /^done=(\d+)\r?$/m.exec(this.#output);
        if (!found) throw new Error(`expected the command to end, found: ${this.#output.slice(-500)}`);
        return found;
      },
      { every: 50 },
    );
    return { output: this.#output.slice(0, end.index), code: Number(end[1]) };
  }

  close(): void {
    this.#socket.close();
  }
}

const terminalPods = async (): Promise<Pod[]> => {
  const selector = `${LABELS.component}=${TERMINAL.component}`;
  const { items } = await apiGet<{ items: Pod[] }>(`/api/v1/namespaces/${own}/pods?labelSelector=${selector}`);
  return items;
};

describe('a terminal', () => {
  let shell: Shell;
  beforeAll(async () => {
    expect(await terminalPods()).toEqual([]);
    const began = performance.now();
    shell = await Shell.open();
    await shell.run('true');
    say(`a new terminal answers after ${Math.round(performance.now() - began)} ms`);
    shell.close();
    const again = performance.now();
    shell = await Shell.open();
    await shell.run('true');
    say(`a terminal whose pod is there answers after ${Math.round(performance.now() - again)} ms`);
  }, 120_000);
  afterAll(() => shell?.close());

  test('lists the pods of the seat with kubectl', async () => {
    const { output, code } = await shell.run('kubectl get pods');
    expect([code, output]).toEqual([0, expect.stringMatching(/^lab-dice-\S+ +1\/1 +Running/m)]);
  }, 60_000);

  test('is who the attendee is, with a token of at most an hour', async () => {
    const { output } = await shell.run('kubectl auth whoami -o jsonpath={.status.userInfo.username}');
    expect(output).toContain(`system:serviceaccount:${own}:attendee`);
    const token = await shell.run('cut -d. -f2 /var/run/secrets/kubernetes.io/serviceaccount/token');
    const payload = /eyJ[\w-]+/.exec(token.output.replace(/\s/g, ''))?.[0] ?? '';
    const { iat, exp } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { iat: number; exp: number };
    expect(exp - iat).toBe(3600);
  }, 60_000);

  test('runs a command of the course, which finds the guide', async () => {
    const { output, code } = await shell.run('kubectl exec deploy/lab-guide -- node /app/course.js list');
    expect([code, output]).toEqual([0, expect.stringMatching(/steps passed/)]);
  }, 60_000);

  test('reaches dice by its name', async () => {
    const { output, code } = await shell.run('wget -qO- http://lab-dice:8080/rolldice');
    expect([code, output]).toEqual([0, expect.stringMatching(/[1-6]/)]);
  }, 60_000);

  test.each([
    ['reads no Secret', 'kubectl get secrets', /Forbidden|forbidden/],
    ['reads nothing of another seat', `kubectl get pods -n ${neighbour}`, /forbidden/],
    ['reads no node', 'kubectl get nodes', /forbidden/],
    ['has no shell in the guide', 'kubectl exec deploy/lab-guide -- sh -c id', /The guide holds the key/],
    ['changes no Deployment', 'kubectl scale deploy/lab-dice --replicas=3', /forbidden|Expected/],
    ['writes nothing into its image', 'touch /bin/mine', /Read-only file system/],
    ['is not root', 'cat /etc/shadow || [ $(id -u) = 0 ]', /No such file/],
  ])(
    '%s',
    async (_what, command, refusal) => {
      const { output, code } = await shell.run(command);
      expect([code === 0, output]).toEqual([false, expect.stringMatching(refusal)]);
    },
    60_000,
  );

  test('tells programs the size of its window', async () => {
    const { output } = await shell.run('stty size');
    expect(output).toContain('31 97');
  }, 60_000);
});

test('the pod goes when no terminal is open, and the next one gets a new pod', async () => {
  const [before] = await terminalPods();
  expect(before).toBeDefined();
  await eventually(async () => expect(await terminalPods()).toEqual([]), { within: TERMINAL_IDLE_MS + 30_000 });
  const shell = await Shell.open();
  const [after] = await terminalPods();
  expect(after?.metadata.uid).not.toBe(before?.metadata.uid);
  await sleep(TERMINAL_IDLE_MS + 2_000);
  expect(shell.isOpen).toBe(true);
  expect((await terminalPods()).length).toBe(1);
  shell.type('exit\r');
  await eventually(async () => expect(await terminalPods()).toEqual([]), { within: TERMINAL_IDLE_MS + 30_000 });
}, 120_000);
