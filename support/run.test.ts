import { CommandError, run } from './run.ts';
import { UserError } from './errors.ts';

const script = (code: string): string[] => ['-e', code];

test('gives what the program said and its exit code', async () => {
  await expect(run('node', script('console.log("out"); console.error("err")'))).resolves.toEqual({
    stdout: 'out\n',
    stderr: 'err\n',
    code: 0,
  });
});

test('a failure shows the command, the exit code and the last words of the program', async () => {
  const failed = run('node', script('console.error("no such flag"); process.exit(3)'));
  await expect(failed).rejects.toThrow(CommandError);
  const error = await failed.catch((thrown: unknown) => thrown as CommandError);
  expect(error).toMatchObject({
    result: { code: 3, stderr: 'no such flag\n' },
    advice: { found: 'exit code 3:\nno such flag' },
  });
});

test('a failure that is allowed is returned', async () => {
  await expect(run('node', script('process.exit(3)'), { allowFailure: true })).resolves.toMatchObject({ code: 3 });
});

test('a missing program is named, even where failure is allowed', async () => {
  const missing = run('no-such-program', [], { allowFailure: true });
  await expect(missing).rejects.toThrow(UserError);
  await expect(missing).rejects.toThrow('no-such-program could not be started.');
});

test('a program that takes too long is ended and the message says how long it was given', async () => {
  const late = run('node', script('setTimeout(() => undefined, 60_000)'), { timeout: 200, allowFailure: true });
  await expect(late).rejects.toMatchObject({
    advice: { found: expect.stringContaining('after the 0.2 s it was given') as string },
  });
});

test('a program that does not read its input does no harm', async () => {
  await expect(run('node', script('process.exit(0)'), { input: 'x'.repeat(1_000_000) })).resolves.toMatchObject({
    code: 0,
  });
});

test('lines arrive whole while the program runs, the last one without its newline too', async () => {
  const lines: string[] = [];
  await run('node', script('process.stdout.write("a"); setTimeout(() => process.stdout.write("b\\nc"), 50)'), {
    onLine: (line) => lines.push(line),
  });
  expect(lines).toEqual(['ab', 'c']);
});

test('a program is asked to end when its signal is aborted, and may say something before it does', async () => {
  const controller = new AbortController();
  const code =
    'process.on("SIGTERM", () => { console.log("tidied up"); process.exit(5); }); setTimeout(() => 0, 60_000); console.log("up")';
  const running = run('node', script(code), {
    signal: controller.signal,
    allowFailure: true,
    onLine: () => controller.abort(),
  });
  await expect(running).resolves.toEqual({ stdout: 'up\ntidied up\n', stderr: '', code: 5 });
});
