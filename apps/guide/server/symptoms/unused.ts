// Finds what the learner's collector.yaml sets up and no pipeline uses. The Collector starts, and is silent about it.
import { GUIDE_EXPORTER, JAEGER_EXPORTER, OLD_JAEGER_EXPORTER, SPAN_METRICS } from '../../../../lab/names.ts';
import { collectorYaml } from '../../collector-yaml.ts';
import type { CollectorYaml, Pipeline } from '../../collector-yaml.ts';
import type { Explanation } from './explanation.ts';
import { lineOfPath } from './yaml.ts';

/** The lists that can use the components of each section. A connector ends one pipeline and begins another. */
const USERS = {
  receivers: ['receivers'],
  processors: ['processors'],
  exporters: ['exporters'],
  connectors: ['receivers', 'exporters'],
} as const;

const begins = { receivers: ['otlp'], processors: ['memory_limiter', 'k8sattributes', 'batch'] };

/** The pipelines that a lab has with the chart's default values. */
const LAB: Readonly<Record<string, Pipeline>> = {
  traces: { ...begins, exporters: [JAEGER_EXPORTER] },
  metrics: { ...begins, exporters: [GUIDE_EXPORTER] },
  logs: { ...begins, exporters: [GUIDE_EXPORTER] },
  'traces/red': { receivers: ['otlp'], processors: ['memory_limiter'], exporters: [SPAN_METRICS] },
  'metrics/red': { receivers: [SPAN_METRICS], processors: ['transform/red'], exporters: [GUIDE_EXPORTER] },
};

/** Returns the first component that the text sets up and that no pipeline names, or undefined. */
export function unusedComponent(text: string): Explanation | undefined {
  const config = collectorYaml(text);
  if (typeof config !== 'object') return undefined;
  const pipelines = pipelinesOf(config);
  for (const section of Object.keys(USERS) as (keyof typeof USERS)[]) {
    const used = new Set(pipelines.flatMap((pipeline) => USERS[section].flatMap((list) => namesIn(pipeline[list]))));
    const name = Object.keys(config[section] ?? {}).find((one) => !used.has(one));
    if (name !== undefined) return explanation(text, section, name);
  }
  return undefined;
}

/** Returns the pipelines of the lab with those of the text merged over them. A list replaces the one before. */
function pipelinesOf({ service }: CollectorYaml): Pipeline[] {
  const own = service?.pipelines ?? {};
  return [...new Set([...Object.keys(LAB), ...Object.keys(own)])].map((name) => ({ ...LAB[name], ...own[name] }));
}

const namesIn = (list: unknown): string[] => (Array.isArray(list) ? list.map(String) : []);

function explanation(text: string, section: keyof typeof USERS, name: string): Explanation {
  const place = { file: 'collector.yaml', ...lineOfPath(text, [section, name]) } as const;
  const cause = `no pipeline names ${name}, so what you set there has no effect`;
  if (name === OLD_JAEGER_EXPORTER)
    return { ...place, cause, todo: `The lab sends traces by ${JAEGER_EXPORTER}: write that name.` };
  const [list] = USERS[section];
  return { ...place, cause, todo: `Name it in service.pipelines.traces.${list}, or take it out.` };
}
