// Removes the types from TypeScript code with Node's own function. It does so in a child process, because the type
// stripper would keep 11 MiB of memory in this process. Meanwhile this process answers health checks and requests.
import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** Thrown with Node's message and place for code that doesn't parse. */
export class StripError extends Error {
  override name = 'StripError';
}

const STRIPPER = join(import.meta.dirname, 'strip.js');

/** Milliseconds after which the child is stopped. 256 kB of code take less than a second. */
const TIMEOUT = 20_000;

/**
 * Returns the code as JavaScript.
 * @param file the path that errors name
 * @param isChecked whether the code is also compiled, which finds the syntax errors that stripping doesn't
 * @throws StripError
 */
export function stripTypes(file: string, code: Buffer, isChecked = false): Promise<string> {
  const flags = ['--no-warnings', ...(isChecked ? ['--experimental-vm-modules'] : [])];
  const args = [...flags, STRIPPER, file, ...(isChecked ? ['check'] : [])];
  const options = { encoding: 'utf8', env: {}, maxBuffer: 64 * 1024 * 1024, timeout: TIMEOUT } as const;
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, args, options, (error, stdout, stderr) =>
      error ? reject(new StripError(stderr || error.message)) : resolve(stdout),
    );
    // A child that ends at once doesn't read all of it.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(code);
  });
}
