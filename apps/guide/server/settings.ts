// The server's settings from its environment.
import { servicesBehindGuide, urlVariable } from '../../../lab/services.ts';
import { fromEnv, urlFromEnv } from '../../../support/env.ts';
import type { Target } from './status.ts';

export interface GuideSettings {
  readonly release: string;
  readonly namespace: string;
  /** Host names that are allowed besides the lab's own, separated by commas. */
  readonly allowedHosts: string | undefined;
  /** URLs of the services behind the guide, by name. */
  readonly apps: Readonly<Record<string, string>> & Readonly<Record<'arcade' | 'prizes', string>>;
  /** Jaeger without its base path. */
  readonly jaegerUrl: string;
  /** Jaeger with its base path. */
  readonly jaeger: string;
  /** INSTRUMENTATION of this lab. */
  readonly level: string;
  /** Everything that the lab consists of. */
  readonly backends: readonly Target[];
  /** How long the guide waits for the backends before it opens, in milliseconds. */
  readonly patience: number;
}

export function settingsFromEnv(): GuideSettings {
  const names = servicesBehindGuide(process.env.FLASK_ENABLED === 'true' ? ['flask'] : []);
  const apps = Object.fromEntries(names.map((name) => [name, urlFromEnv(urlVariable(name))])) as GuideSettings['apps'];
  const jaegerUrl = urlFromEnv('JAEGER_URL');
  const collector = process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  const urls = { ...apps, jaeger: jaegerUrl, ...(collector ? { collector } : {}) };
  return {
    release: process.env.RELEASE ?? '',
    namespace: process.env.POD_NAMESPACE ?? '',
    allowedHosts: process.env.ALLOWED_HOSTS,
    apps,
    jaegerUrl,
    jaeger: jaegerUrl + fromEnv('JAEGER_BASE_PATH'),
    level: process.env.INSTRUMENTATION ?? 'none',
    backends: Object.entries(urls).map(([name, url]) => ({ name, url })),
    patience: Number(process.env.OPEN_WITHIN_MS ?? 20_000),
  };
}
