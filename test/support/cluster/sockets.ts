// Reads the sockets of a pod from /proc of this machine, which runs the tests' node. So it needs no program in the pod.
// https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
import { glob, readFile } from 'node:fs/promises';
import type { Pod } from '../matchers/objects.ts';

const LISTENING = '0A';

/** Returns where a pod's programs listen, such as `127.0.0.1:8080` or `[::]:8080`, in order. */
export async function listeningSockets(pod: Pod): Promise<string[]> {
  const directory = await processOf(pod);
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`${directory}/net/${name}`, 'utf8')));
  return tables
    .flatMap((table) => table.split('\n').map((line) => line.trim().split(/\s+/)))
    .filter(([, , , state]) => state === LISTENING)
    .map(([, local = '']) => addressOf(local))
    .sort();
}

/** Finds a process of the pod by its control group. All processes of a pod have the same network. */
async function processOf(pod: Pod): Promise<string> {
  for await (const file of glob('/proc/[0-9]*/cgroup'))
    if ((await readFile(file, 'utf8').catch(() => '')).includes(`/pod${pod.metadata.uid}/`))
      return file.slice(0, -'/cgroup'.length);
  throw new Error(`expected a process of the pod ${pod.metadata.name} on this machine, found none`);
}

/** Converts an address such as `0100007F:1F90`. Its 32-bit words are in the machine's byte order. */
function addressOf(text: string): string {
  const [hex = '', port = ''] = text.split(':');
  const bytes = Buffer.from(hex, 'hex').swap32();
  const host = bytes.length === 4 ? bytes.join('.') : `[${bytes.toString('hex').replace(/(.{4})(?=.)/g, '$1:')}]`;
  return `${new URL(`http://${host}`).hostname}:${parseInt(port, 16)}`;
}
