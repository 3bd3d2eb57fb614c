// Settings that the learner keeps in a file of their own: lines of NAME=value, which win over the environment. Only what configures
// OpenTelemetry is taken, so that no line of it can take away what the process needs to run.
import { readFileSync } from 'node:fs';

export interface LearnerSettings {
  readonly values: Readonly<Record<string, string>>;
  /** Names, and lines without one, that were not taken. */
  readonly ignored: readonly string[];
}

const isKnown = (name: string): boolean => name === 'INSTRUMENTATION' || /^OTEL_[A-Z0-9_]+$/.test(name);

/** A value in quotes is what is between them; any other ends before a comment, which is a # after a space. */
function valueOf(text: string): string {
  const [, double, single] = /^(?:"([^"]*)"|'([^']*)')\s*(?:#.*)?$/.exec(text) ?? [];
  return double ?? single ?? text.replace(/(^|\s)#.*$/, '').trimEnd();
}

/** Later lines win. `export` before a name, as a shell would want it, does no harm. */
export function parseSettings(text: string): LearnerSettings {
  const values: Record<string, string> = {};
  const ignored: string[] = [];
  for (const line of text
    .split('\n')
    .map((one) => one.trim())
    .filter((one) => one !== '' && !one.startsWith('#'))) {
    const [, name, value = ''] = /^(?:export\s+)?([^\s=]+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined && isKnown(name)) values[name] = valueOf(value);
    else ignored.push(name ?? line);
  }
  return { values, ignored };
}

/** @returns nothing where there is no such file: then nobody has set anything */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new Error(`The settings in ${file} can't be read: ${(error as Error).message}`, { cause: error });
  }
}

/** Puts the settings of the file that LEARNER_SETTINGS names into `env`; what is not taken is said in one line. */
export function applyLearnerSettings(env: NodeJS.ProcessEnv, say: (line: string) => void): void {
  const file = env.LEARNER_SETTINGS;
  if (!file) return;
  const { values, ignored } = parseSettings(readIfThere(file));
  Object.assign(env, values);
  if (ignored.length > 0)
    say(
      `${file}: expected INSTRUMENTATION=… or OTEL_…=… on each line, found ${ignored.map(shortened).join(', ')}. Going on without.`,
    );
}

const shortened = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 39)}…` : text);
