// The process as it was before the learner's code: its program, its arguments, its environment and its folder. Import
// this file before all code of the learner.
const execve = process.execve?.bind(process);
const file = process.execPath;
const args = [file, ...process.execArgv, ...process.argv.slice(1)];
const [folder, mask] = [process.cwd(), process.umask()];
const [chdir, umask] = [process.chdir.bind(process), process.umask.bind(process)];

/** Variable with the number of the Run whose files the process tries. */
const TRIAL = 'RUN_TRIAL';

/** Takes the number of the Run to try out of the environment. Returns undefined if this start tries none. */
export function takeTrial(env: NodeJS.ProcessEnv): number | undefined {
  const n = Number(env[TRIAL]);
  delete env[TRIAL];
  return n > 0 ? n : undefined;
}

/** Whether a process can replace itself here. Windows can't. */
export const canStartAnew = (): boolean => execve !== undefined;

/**
 * Replaces this process by a new start of the same program, with the same process id. It never returns.
 * @param env the environment from before the learner's code
 * @param trial the number of the Run to try
 */
export function startAnew(env: Readonly<NodeJS.ProcessEnv>, trial?: number): never {
  if (!execve) throw new Error('expected process.execve, found none: run on Linux or macOS');
  chdir(folder);
  umask(mask);
  return execve(file, args, { ...env, ...(trial === undefined ? {} : { [TRIAL]: String(trial) }) });
}
