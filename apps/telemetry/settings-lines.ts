// The form of settings.env, for the apps that apply it and for the page that checks it.

/** A line NAME=value. */
export interface SettingLine {
  readonly name: string;
  readonly value: string;
  /** Whether the apps apply it. */
  readonly isKnown: boolean;
}

export const isKnown = (name: string): boolean => name === 'INSTRUMENTATION' || /^OTEL_[A-Z0-9_]+$/.test(name);

/** Returns the value of a setting: the text inside quotes, or else the text before a comment (a # after a space). */
function valueOf(text: string): string {
  const [, double, single] = /^(?:"([^"]*)"|'([^']*)')\s*(?:#.*)?$/.exec(text) ?? [];
  return double ?? single ?? text.replace(/(^|\s)#.*$/, '').trimEnd();
}

/** Whether a line sets nothing on purpose. */
export const isBlank = (line: string): boolean => /^\s*(#|$)/.test(line);

/** Parses a line. `export` before a name is allowed. @returns undefined if it doesn't have the form NAME=value */
export function settingLine(line: string): SettingLine | undefined {
  const [, name, value = ''] = /^(?:export\s+)?([^\s=]+)\s*=\s*(.*)$/.exec(line.trim()) ?? [];
  return name === undefined ? undefined : { name, value: valueOf(value), isKnown: isKnown(name) };
}
