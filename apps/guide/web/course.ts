// The script of the front page. It creates the parts of the page and connects them. The editor loads after the first
// paint, because it is large.
import type { Shared } from '../contract.ts';
import { CoursePane } from './course/pane.ts';
import { Workbench } from './editor/workbench.ts';
import { MapPanel } from './map/panel.ts';
import { PlayPanel } from './play/panel.ts';
import { QualityPanel } from './quality/panel.ts';
import { Runner } from './run/runner.ts';
import type { Problem } from './run/watch.ts';
import { storeOfPage } from './store.ts';
import { TerminalPanel } from './terminal/panel.ts';
import { TracePanel } from './trace/panel.ts';

const store = storeOfPage();
const runner = new Runner();
const workbench = new Workbench(store, runner);
const trace = new TracePanel(store);
const map = new MapPanel();
const play = new PlayPanel(store, trace, () => ({
  pod: runner.newest('dice'),
  step: course.openStep,
  joins: course.joins,
  answers: course.answers,
}));
const quality = new QualityPanel({
  goTo: ({ file, line }, message) => showLine({ file, line, message }),
  showTrace: (traceId) => trace.show({ traceId, reveal: true }),
});
const course = new CoursePane(store, workbench, trace);

/** What to read again when another tab, a terminal or the instructor has changed it. */
const changed: Record<Shared, () => Promise<void>> = {
  files: () => workbench.reload(),
  progress: () => course.follow(),
  faults: () => play.readFaults(),
  load: () => play.readLoad(),
};

runner.onUp = () => {
  quality.begin();
  trace.ranAgain();
  void play.askAgain();
};
course.onCheck = () => quality.begin();
trace.onFlow = (flow) => void map.show(flow);
runner.log.onTrace = (traceId) => void trace.show({ traceId, reveal: true });
runner.onSeen = (seen) => course.saw(seen);
runner.onGoTo = showLine;
runner.onChange = (subject) => void changed[subject]();
TerminalPanel.start();
trace.restore();
play.start();
const editing = course.start();
requestAnimationFrame(() => setTimeout(() => void startEditing()));

function showLine(problem: Problem): void {
  course.showFiles();
  workbench.goTo(problem);
}

async function startEditing(): Promise<void> {
  if (!(await editing)) return workbench.off();
  runner.start();
  await workbench.start();
}
