// What the SDK itself has to say (a backend it can't reach, a value it can't use), in lines a learner can read.
import type { DiagLogger } from '@opentelemetry/api';

const silence = 60_000; // ms in which the same words are not repeated

/** What is as it should be, and would only puzzle: it was asked for, and the image has no machine id. */
const expected = [/contains "none"\. SDK will not be initialized/, /resource attribute value for key "host\.id"/];

/** A DiagLogger that writes errors and warnings through `write`, each text at most once a minute. */
export function diagnosticsLogger(write: (line: string) => void, now: () => number = Date.now): DiagLogger {
  const lastSaid = new Map<string, number>();
  const say =
    (severity: string) =>
    (message: string, ...more: unknown[]) => {
      if (expected.some((text) => text.test(message))) return;
      const text = `OpenTelemetry ${severity}: ${[readable(message), ...more.map(String)].join(' ')}`;
      const said = lastSaid.get(text);
      if (said !== undefined && now() - said < silence) return;
      if (lastSaid.size > 100) lastSaid.clear();
      lastSaid.set(text, now());
      write(text);
    };
  const nothing = () => undefined;
  return { error: say('error'), warn: say('warning'), info: nothing, debug: nothing, verbose: nothing };
}

/** The SDK reports exceptions as JSON with a stack: only what is wrong is wanted here. */
function readable(message: string): string {
  try {
    const { message: inner, code } = JSON.parse(message) as { message?: string; code?: string };
    return inner || code || message;
  } catch {
    return message;
  }
}
