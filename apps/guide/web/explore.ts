// The script of the page "Explore". It creates the parts of the page and connects them.
import { byId } from './dom.ts';
import { ChartsPanel } from './explore/charts-panel.ts';
import { Frame } from './explore/frame.ts';
import { LogsPanel } from './explore/logs-panel.ts';
import { MetricsPanel } from './explore/metrics-panel.ts';
import { TraceView } from './explore/trace-view.ts';
import { storeOfPage } from './store.ts';

const store = storeOfPage();

new Frame({
  list: byId('explore-tabs'),
  panel: byId('explore-panel'),
  parts: {
    charts: (place) => new ChartsPanel(place, store),
    metrics: (place, page) => new MetricsPanel(place, page),
    logs: (place, page) => new LogsPanel(place, page),
  },
  trace: (place) => new TraceView(place),
}).start();
