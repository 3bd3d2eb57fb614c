// Reads the guide's settings from environment variables.
import { PORTAL } from '../../../lab/names.ts';
import { servicesBehindGuide, urlVariable } from '../../../lab/services.ts';
import { fromEnv, urlFromEnv } from '../../../support/env.ts';
import { shownName } from '../../../support/shown-text.ts';
import type { Target } from './status.ts';
import type { TerminalSettings } from './terminal/terminal-pod.ts';

export interface GuideSettings {
  readonly release: string;
  readonly namespace: string;
  /** What the pages call the attendee. Empty in a lab outside a class. */
  readonly displayName: string;
  /** The uid of the Seat. It is empty in a lab outside a class. */
  readonly seatUid: string;
  /** File with the public key of the class's portal, if there is a portal. */
  readonly portalKeyFile: string;
  /** The terminal of a seat. Undefined in a lab without one. */
  readonly terminal: TerminalSettings | undefined;
  /** Name of the guide's pod. */
  readonly pod: string;
  /** Host names that the guide accepts in addition to the lab's own, separated by commas. */
  readonly allowedHosts: string | undefined;
  /** URLs of the services behind the guide, by the name of the service. */
  readonly apps: Readonly<Record<string, string>> & Readonly<Record<'arcade' | 'prizes', string>>;
  /** URL of Jaeger without its base path. */
  readonly jaegerUrl: string;
  /** URL of Jaeger with its base path. */
  readonly jaeger: string;
  /** How many traces Jaeger keeps at most, if the chart says so. */
  readonly jaegerKeeps: number | undefined;
  /** How this lab's apps are instrumented: `none`, `auto` or `manual`. */
  readonly level: string;
  /** Names and URLs of all apps and backends of the lab. */
  readonly backends: readonly Target[];
  /** Milliseconds that the guide waits for the apps and backends before it accepts requests. */
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
    displayName: shownName(process.env.DISPLAY_NAME ?? ''),
    ...seatSettings(),
    terminal: terminalSettings(),
    pod: process.env.POD_NAME ?? '',
    allowedHosts: process.env.ALLOWED_HOSTS,
    apps,
    jaegerUrl,
    jaeger: jaegerUrl + fromEnv('JAEGER_BASE_PATH'),
    jaegerKeeps: Number(process.env.JAEGER_MAX_TRACES) || undefined,
    level: process.env.INSTRUMENTATION ?? 'none',
    backends: Object.entries(urls).map(([name, url]) => ({ name, url })),
    patience: Number(process.env.OPEN_WITHIN_MS ?? 20_000),
  };
}

const seatSettings = (): Pick<GuideSettings, 'seatUid' | 'portalKeyFile'> => ({
  seatUid: process.env.SEAT_UID ?? '',
  portalKeyFile: process.env.PORTAL_KEY_FILE ?? `${PORTAL.publicKeyDir}/${PORTAL.publicKey}`,
});

/** Milliseconds after which the pod of the terminal is removed that has no open shell. */
const TERMINAL_IDLE_MS = 10 * 60_000;

/** A lab outside a class has no attendee's account, with which the terminal would run. */
function terminalSettings(env: NodeJS.ProcessEnv = process.env): TerminalSettings | undefined {
  const { TERMINAL_ENABLED: enabled, TERMINAL_IMAGE: image = '', TERMINAL_RESOURCES: resources = '{}' } = env;
  if (enabled !== 'true' || image === '' || !env['SEAT_UID']) return undefined;
  const idleMs = Number(env['TERMINAL_IDLE_MS'] ?? TERMINAL_IDLE_MS);
  return { image, resources: JSON.parse(resources) as object, idleMs };
}
