import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '../support/waiting.ts';
import { closePortForward, openPortForward, openPort } from './port-forward.ts';
import { ClusterTools } from './kubectl.ts';

const before = process.env['INTRO_OTEL_STATE'];
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'door-'));
  process.env['INTRO_OTEL_STATE'] = directory;
});
afterEach(() => {
  rmSync(directory, { recursive: true });
  if (before === undefined) delete process.env['INTRO_OTEL_STATE'];
  else process.env['INTRO_OTEL_STATE'] = before;
});

const until = (condition: () => boolean) =>
  waitFor(String(condition), () => condition() || undefined, { within: 60_000, every: 50 });

/** Waits until a file no longer grows. */
async function stopsGrowing(file: string): Promise<void> {
  let grown = lines(file).length;
  let since = Date.now();
  await until(() => {
    if (lines(file).length > grown) [grown, since] = [lines(file).length, Date.now()];
    return Date.now() - since > 1500;
  });
}

/** Creates a fake kubectl that logs its arguments and soon ends, like a port-forward whose pod is gone. */
function fakeKubectl(log: string): ClusterTools {
  const path = join(directory, 'kubectl');
  writeFileSync(path, `#!/bin/sh\necho "$@" >>${log}\nexec sleep 0.05\n`, { mode: 0o755 });
  return new ClusterTools({ context: 'kind-a' }, 'helm', path);
}

const target = { namespace: 'n', service: 'r-guide', servicePort: 8080, lookEvery: 100 };
const lines = (file: string): string[] => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []);

test('restarts kubectl port-forward when it ends, until the port-forward is closed', async () => {
  const log = join(directory, 'calls');
  openPortForward('lab', 8123, fakeKubectl(log), target);
  await until(() => lines(log).length >= 2);
  expect(lines(log)[1]).toBe(
    '--context kind-a port-forward --address=127.0.0.1 --namespace n service/r-guide 8123:8080',
  );
  expect(openPort('lab')).toBe(8123);

  await closePortForward('lab');
  expect(openPort('lab')).toBeUndefined();
  await stopsGrowing(log);
}, 120_000);

test('ends the background process of a port-forward when a new port-forward of the same lab replaces it', async () => {
  const [first, second] = [join(directory, 'first'), join(directory, 'second')];
  openPortForward('lab', 8123, fakeKubectl(first), target);
  await until(() => lines(first).length >= 1);
  openPortForward('lab', 8124, fakeKubectl(second), target);
  await until(() => lines(second).length >= 2);
  expect(openPort('lab')).toBe(8124);
  await stopsGrowing(first);
  await closePortForward('lab');
  await stopsGrowing(second); // before the directory of the file is removed
}, 120_000);

test('does nothing when it closes a port-forward that is not open', async () => {
  await expect(closePortForward('lab')).resolves.toBeUndefined();
});
