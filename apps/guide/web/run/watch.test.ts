import type { PodState } from '../../contract.ts';
import { RunWatch } from './watch.ts';

const dice = (pod: string, phase: PodState['phase'], more: Partial<PodState> = {}): PodState => ({
  component: 'dice',
  pod,
  phase,
  ...more,
});

function running() {
  const watch = new RunWatch();
  watch.on(dice('old', 'running'), 0);
  watch.prepare(1_000);
  return watch;
}

test('completes a Run when the new pod is ready, but not while only the old pod is ready', () => {
  const watch = running();
  expect(watch.begin(['dice'], 1_100)).toBe(false);
  expect(watch.on(dice('old', 'running'), 1_200)).toBe(false);
  expect(watch.on(dice('new', 'starting'), 1_300)).toBe(false);
  expect(watch.report().tone).toBe('busy');
  expect(watch.on(dice('new', 'running'), 4_200)).toBe(true);
  expect(watch.report()).toEqual({ tone: 'good', text: 'Runs your files, 3.2 s after Run.' });
});

test('completes a Run whose new pod is ready before the guide answers the Run', () => {
  const watch = running();
  watch.on(dice('new', 'running'), 1_050);
  expect(watch.begin(['dice'], 1_100)).toBe(true);
});

test('waits for the new pods of both dice and the Collector, which it knows by the names of their Deployments', () => {
  const watch = running();
  watch.begin(['lab-dice', 'lab-collector'], 1_100);
  expect(watch.on(dice('new', 'running'), 1_200)).toBe(false);
  expect(watch.on({ component: 'collector', pod: 'c', phase: 'running' }, 1_300)).toBe(true);
});

test('reports the file and line at which a pod fails', () => {
  const watch = running();
  watch.begin(['dice'], 1_100);
  watch.on(dice('new', 'failed', { message: 'unexpected token', line: 7 }), 1_200);
  expect(watch.problems()).toEqual([{ file: 'app.ts', line: 7, message: 'unexpected token' }]);
  expect(watch.report()).toEqual({ tone: 'bad', text: 'app.ts, line 7: unexpected token' });
});

test('ignores the problem of a pod that is older than the Run', () => {
  const watch = new RunWatch();
  watch.on(dice('old', 'failed', { message: 'unexpected token', line: 7 }), 0);
  watch.prepare(1_000);
  watch.begin(['dice'], 1_100);
  expect([watch.problems(), watch.report().tone]).toEqual([[], 'busy']);
});

test('reports an error of the Collector in collector.yaml', () => {
  const watch = running();
  watch.begin(['collector'], 1_100);
  watch.on({ component: 'collector', pod: 'c', phase: 'failed', message: 'no such exporter' }, 1_200);
  expect(watch.report().text).toBe('collector.yaml: no such exporter');
});

test('reports the start of a new pod that no Run caused', () => {
  const watch = running();
  watch.begin(['dice'], 1_100);
  watch.on(dice('new', 'running'), 1_200);
  watch.on(dice('newer', 'starting'), 60_000);
  expect(watch.report()).toEqual({ tone: 'busy', text: 'dice is starting…' });
  expect(watch.on(dice('newer', 'running'), 62_000)).toBe(false);
  expect(watch.report()).toEqual({ tone: 'good', text: 'dice runs (pod newer).' });
});

test("reports what a new pod waits for, and names a problem's line only once", () => {
  const watch = running();
  watch.begin(['dice'], 1_100);
  watch.on(dice('new', 'starting', { message: 'its pod is waiting for room on a node' }), 1_200);
  expect(watch.report().text).toBe('Saved. dice: its pod is waiting for room on a node');
  watch.on(dice('new', 'failed', { message: 'your code does not parse, at line 7: no', line: 7 }), 1_300);
  expect(watch.report().text).toBe('app.ts: your code does not parse, at line 7: no');
});

test('ends a Run whose files somebody else has replaced, and drops what the pods before have reported', () => {
  const watch = running();
  watch.begin(['dice'], 1_100);
  watch.on(dice('new', 'failed', { message: 'unexpected token', line: 7 }), 1_200);
  watch.forget(60_000);
  expect([watch.problems(), watch.report().tone]).toEqual([[], 'busy']);
  expect(watch.on(dice('reset', 'running'), 68_000)).toBe(false);
  expect(watch.report()).toEqual({ tone: 'good', text: 'dice runs (pod reset).' });
});

const collector = (pod: string): PodState => ({ component: 'collector', pod, phase: 'starting' });

test('still says how long a Run took when a Collector appears that the start of a step has restarted', () => {
  const watch = running();
  watch.on(collector('old'), 1_000);
  watch.begin(['dice'], 1_100);
  watch.on(dice('new', 'running'), 4_200);
  watch.on(collector('new'), 4_300);
  expect(watch.report().text).toBe('Runs your files, 3.2 s after Run.');
});

test('no longer says how long a Run took when something else has replaced the Collector that it restarted', () => {
  const watch = running();
  watch.begin(['collector'], 1_100);
  watch.on({ ...collector('new'), phase: 'running' }, 4_200);
  watch.on(collector('newer'), 60_000);
  expect(watch.report().text).toBe('dice runs (pod old).');
});

test('says that it saves until the guide has answered, whatever the pods do', () => {
  const watch = running();
  watch.on(dice('new', 'starting'), 1_050);
  expect(watch.report()).toEqual({ tone: 'busy', text: 'Saving…' });
  watch.cancel();
  expect(watch.report().text).toBe('dice is starting…');
});

test('shows the problem of files whose change the page learns of after the pod has failed', () => {
  const watch = new RunWatch();
  watch.on(dice('new', 'failed', { message: 'unexpected token', line: 7 }), 10_000);
  watch.forget(10_500);
  expect(watch.report()).toEqual({ tone: 'bad', text: 'app.ts, line 7: unexpected token' });
});
