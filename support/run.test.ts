import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { CommandError, run } from './run.ts';
import { UserError } from './errors.ts';

const script = (code: string): string[] => ['-e', code];

test('returns the output of a program and its exit code', async () => {
  await expect(run('node', script('console.log("out"); console.error("err")'))).resolves.toEqual({
    stdout: 'out\n',
    stderr: 'err\n',
    code: 0,
  });
});

test('throws an error with the exit code and the last output of a program that fails', async () => {
  const failed = run('node', script('console.error("no such flag"); process.exit(3)'));
  await expect(failed).rejects.toThrow(CommandError);
  const error = await failed.catch((thrown: unknown) => thrown as CommandError);
  expect(error).toMatchObject({
    result: { code: 3, stderr: 'no such flag\n' },
    advice: { found: 'exit code 3:\nno such flag' },
  });
});

test('returns the exit code of a failed program, without throwing, if failure is allowed', async () => {
  await expect(run('node', script('process.exit(3)'), { allowFailure: true })).resolves.toMatchObject({ code: 3 });
});

test('throws an error that names a missing program, even if failure is allowed', async () => {
  const missing = run('no-such-program', [], { allowFailure: true });
  await expect(missing).rejects.toThrow(UserError);
  await expect(missing).rejects.toThrow('no-such-program could not be started.');
});

test('kills a program that takes too long, and names its time limit in the error', async () => {
  const late = run('node', script('setTimeout(() => undefined, 60_000)'), { timeout: 200, allowFailure: true });
  await expect(late).rejects.toMatchObject({
    advice: { found: expect.stringContaining('after its limit of 0.2 s') as string },
  });
});

test('feeds a program what a stream has, and reports no error if the program ends before', async () => {
  const code = 'process.stdin.on("data", (data) => process.stdout.write(String(data).toUpperCase()))';
  await expect(run('node', script(code), { input: Readable.from(['a', 'b']) })).resolves.toMatchObject({
    stdout: 'AB',
  });
  const input = createReadStream(process.execPath);
  await expect(run('node', script('process.exit(0)'), { input })).resolves.toMatchObject({ code: 0 });
});

test('reports no error if a program ends without reading its input', async () => {
  await expect(run('node', script('process.exit(0)'), { input: 'x'.repeat(1_000_000) })).resolves.toMatchObject({
    code: 0,
  });
});

test('passes each whole line to `onLine` while a program runs, even a last line without a newline', async () => {
  const lines: string[] = [];
  await run('node', script('process.stdout.write("a"); setTimeout(() => process.stdout.write("b\\nc"), 50)'), {
    onLine: (line) => lines.push(line),
  });
  expect(lines).toEqual(['ab', 'c']);
});

test('sends SIGTERM to a program when the signal is aborted, and returns what the program still prints', async () => {
  const controller = new AbortController();
  const code =
    'process.on("SIGTERM", () => { console.log("tidied up"); process.exit(5); }); ' +
    'setTimeout(() => 0, 60_000); console.log("up")';
  const running = run('node', script(code), {
    signal: controller.signal,
    allowFailure: true,
    onLine: () => controller.abort(),
  });
  await expect(running).resolves.toEqual({ stdout: 'up\ntidied up\n', stderr: '', code: 5 });
});
