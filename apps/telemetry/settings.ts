// Reads the learner's settings file, whose NAME=value lines override the environment. Only names that configure
// OpenTelemetry are applied, so that no line of the file can break the process.
import { readFileSync } from 'node:fs';
import { encodingProblem } from '../../support/encoding.ts';
import { recorder } from './report.ts';
import { isBlank, settingLine } from './settings-lines.ts';

export interface LearnerSettings {
  readonly values: Readonly<Record<string, string>>;
  /**
   * What is ignored in settings.env: the name from each line NAME=value whose name is unknown, and each whole line that
   * doesn't have this form.
   */
  readonly ignored: readonly string[];
}

/**
 * Parses the text of the settings file. A later line overrides an earlier line with the same name. `export` before a
 * name is allowed.
 */
export function parseSettings(text: string): LearnerSettings {
  const values: Record<string, string> = {};
  const ignored: string[] = [];
  for (const line of text.split('\n').filter((one) => !isBlank(one))) {
    const found = settingLine(line);
    if (found?.isKnown) values[found.name] = found.value;
    else ignored.push(found?.name ?? line.trim());
  }
  return { values, ignored };
}

/** Returns the text of the settings file, or an empty string if the file doesn't exist. */
function readIfThere(file: string): string {
  try {
    const bytes = readFileSync(file);
    const problem = encodingProblem(bytes);
    if (problem !== undefined) throw new Error(problem);
    return bytes.toString();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new Error(`The settings in ${file} can't be read: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Adds the settings to `env` from the file whose path is in LEARNER_SETTINGS. Reports all ignored lines in one message.
 */
export function applyLearnerSettings(env: NodeJS.ProcessEnv, report: (line: string) => void): void {
  const file = env.LEARNER_SETTINGS;
  if (!file) return;
  const text = readIfThere(file);
  recorder.startedWith('settings.env', text);
  const { values, ignored } = parseSettings(text);
  Object.assign(env, values);
  if (ignored.length === 0) return;
  const found = ignored.map(shortened).join(', ');
  report(`${file}: expected INSTRUMENTATION=… or OTEL_…=… on each line, found ${found}. Ignoring these lines.`);
}

const shortened = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 39)}…` : text);
