// Reads a component's settings from its environment. An error names the variable that is missing or malformed.

export function fromEnv(name: string): string {
  const value = process.env[name]?.trim();
  if (!value) throw new Error(`${name} is not set: expected a value, see apps/README.md`);
  return value;
}

export function numberFromEnv(name: string, fallback: number): number {
  const value = process.env[name]?.trim();
  if (!value) return fallback;
  const number = Number(value);
  if (!Number.isFinite(number) || number <= 0)
    throw new Error(`${name} is "${value}": expected a number greater than 0`);
  return number;
}

export function portFromEnv(name: string, fallback: number): number {
  const port = numberFromEnv(name, fallback);
  if (!Number.isInteger(port) || port > 65535) throw new Error(`${name} is "${port}": expected a port, 1 to 65535`);
  return port;
}

/** Reads an http or https URL from an environment variable. Returns it without the slash at its end. */
export function urlFromEnv(name: string): string {
  const value = fromEnv(name);
  if (!URL.canParse(value) || !/^https?:/.test(value))
    throw new Error(`${name} is "${value}": expected a URL such as http://arcade:8080`);
  return value.replace(/\/+$/, '');
}
