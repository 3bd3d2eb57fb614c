// What a learner takes home: their own files, their progress, and a trace that they made, as a zip archive.
import { strToU8, zipSync } from 'fflate';
import { otlpFromJaeger } from '../../../otlp/traces.ts';
import { messageOf } from '../../../support/errors.ts';
import { fileNames } from '../contract.ts';
import type { CourseOverview, Files } from '../contract.ts';
import type { CourseService } from './course-service.ts';

export interface ExportSources {
  readonly course: Pick<CourseService, 'overview' | 'step'>;
  readonly files: () => Promise<Files>;
  /** The URL of Jaeger's query service with its base path. */
  readonly jaeger: string;
}

const README = `# Your work from "Intro to OpenTelemetry"

- app.ts: your code of dice. Node 24 runs it as it is. It needs express, @opentelemetry/api and pino.
- settings.env: the environment of dice. OTEL_* variables mean the same to every OpenTelemetry SDK.
- collector.yaml: your part of the Collector's configuration. The lab merges it over its own.
- progress.json: the steps, and which of them a check has verified.
- trace.json: the trace of your last verified step whose trace Jaeger still has, as OTLP JSON. Jaeger's page "Search"
  opens such files with "Upload".
`;

/** The trace of the last passed step that Jaeger still has. Jaeger keeps traces in memory, so there may be none. */
async function bestTrace({ course, jaeger }: ExportSources, { steps }: CourseOverview): Promise<string | undefined> {
  for (const { id } of steps.filter(({ state }) => state === 'passed').reverse()) {
    const { traceId } = await course.step(id);
    const trace = traceId === undefined ? undefined : await otlpFromJaeger(jaeger, traceId);
    if (trace !== undefined) return trace;
  }
  return undefined;
}

const asText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Returns the zip archive. If Jaeger does not answer, the archive says so in place of the trace. */
export async function exportWork(sources: ExportSources): Promise<Uint8Array> {
  const overview = await sources.course.overview();
  const files = await sources.files();
  const trace = await bestTrace(sources, overview).catch((error: unknown) => asText({ missing: messageOf(error) }));
  const texts: Record<string, string> = {
    'README.md': README,
    ...Object.fromEntries(fileNames.map((name) => [name, files[name]])),
    'progress.json': asText(overview),
    ...(trace !== undefined && { 'trace.json': trace }),
  };
  const entries = Object.entries(texts).map(([name, text]) => [`intro-otel/${name}`, strToU8(text)] as const);
  return zipSync(Object.fromEntries(entries));
}
