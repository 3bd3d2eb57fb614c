// What a learner takes home: their own files, their progress, and a trace that they made, as a zip archive.
import { strToU8, zipSync } from 'fflate';
import { otlpFromJaeger } from '../../../otlp/traces.ts';
import { fileNames } from '../contract.ts';
import type { Files } from '../contract.ts';
import type { TraceSources } from './best-trace.ts';
import { learntBy } from './learnt.ts';
import { learntText } from './learnt-text.ts';

export interface ExportSources extends TraceSources {
  readonly files: () => Promise<Files>;
}

const README = `# Your work from "Intro to OpenTelemetry"

- app.ts: your code of dice. Node 24 runs it as it is. It needs express, @opentelemetry/api and pino.
- settings.env: the environment of dice. OTEL_* variables mean the same to every OpenTelemetry SDK.
- collector.yaml: your part of the Collector's configuration. The lab merges it over its own.
- progress.json: the steps, and which of them a check has verified.
- learnt.md: what you have learnt, to read.
- trace.json: your best trace as OTLP JSON: of those that verified your steps, the one with most services. Jaeger's page
  "Search" opens such files with "Upload".
`;

const asText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Returns the zip archive. If there is no trace, learnt.md says why. */
export async function exportWork(sources: ExportSources): Promise<Uint8Array> {
  const overview = await sources.course.overview();
  const files = await sources.files();
  const learnt = await learntBy(sources);
  const { best } = learnt;
  const trace = best && (await otlpFromJaeger(sources.jaeger, best.trace.traceId).catch(() => undefined));
  const texts: Record<string, string> = {
    'README.md': README,
    ...Object.fromEntries(fileNames.map((name) => [name, files[name]])),
    'progress.json': asText(overview),
    'learnt.md': learntText(learnt),
    ...(trace !== undefined && { 'trace.json': trace }),
  };
  const entries = Object.entries(texts).map(([name, text]) => [`intro-otel/${name}`, strToU8(text)] as const);
  return zipSync(Object.fromEntries(entries));
}
