// The script of the page "Explore". It creates the parts of the page and connects them.
import { byId } from './dom.ts';
import { ChartsPanel } from './explore/charts-panel.ts';
import { ComparePanel } from './explore/compare-panel.ts';
import { Frame } from './explore/frame.ts';
import { LogsPanel } from './explore/logs-panel.ts';
import { MetricsPanel } from './explore/metrics-panel.ts';
import { TraceStore } from './explore/trace-store.ts';
import { TraceView } from './explore/trace-view.ts';
import { TracesPanel } from './explore/traces-panel.ts';
import { storeOfPage } from './store.ts';

const store = storeOfPage();
const traces = new TraceStore();

new Frame({
  list: byId('explore-tabs'),
  panel: byId('explore-panel'),
  parts: {
    charts: (place) => new ChartsPanel(place, store),
    traces: (place, page) => new TracesPanel(place, page, traces),
    compare: (place, page) => new ComparePanel(place, page, traces),
    metrics: (place, page) => new MetricsPanel(place, page),
    logs: (place, page) => new LogsPanel(place, page),
  },
  trace: (place) => new TraceView(place),
}).start();
