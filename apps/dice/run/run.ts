// The Run of this process: which of the learner's files it runs, whether they have proved that they start, and what
// happens if they don't. See docs/adr/0043.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../../support/errors.ts';
import { fatal, say } from '../../../support/output.ts';
import { CODE_BEFORE, NEW_CODE } from '../../../lab/run-log.ts';
import { hashesOf } from '../../../lab/run-token.ts';
import type { RunTexts } from '../../../lab/run-token.ts';
import { readiness } from '../../telemetry/readiness.ts';
import { stripTypes } from '../strip-types.ts';
import { emptyFolder, killChildren } from './cleanup.ts';
import { RunFolder } from './folder.ts';
import { startAnew, takeTrial } from './origin.ts';
import { Trial } from './trial.ts';
import { choose, highest } from './version.ts';
import type { Choice, Failure, Version, Versions } from './version.ts';
import { RUN } from '../../../lab/names.ts';

/** Where a Run's process is. */
export interface RunOptions {
  /** Folder of the ConfigMap's volume. */
  readonly mounted: string;
  readonly folder: RunFolder;
  /** A folder that is emptied between two Runs. */
  readonly tmp: string | undefined;
  /** Milliseconds in which new code must prove that it starts. */
  readonly trialMs: number;
  /** The environment from before the learner's code. */
  readonly env: Readonly<NodeJS.ProcessEnv>;
}

const TRIAL_MS = 3_000;

/** Ports of the process, which decide whether it serves. */
export interface RunPorts {
  readonly port: number;
  readonly healthPort: number;
}

export class DiceRun {
  readonly options: RunOptions;
  readonly choice: Choice;
  /** The bytes of app.ts. */
  readonly code: Buffer;
  /** The same as JavaScript. It is made while the SDK loads. @throws StripError */
  readonly stripped: Promise<string>;
  /** The highest number of a Run that this pod knows. */
  highest: number;
  failed: Failure | undefined;
  readonly #mounted: Version;
  readonly #trial: Trial | undefined;
  #ports: RunPorts = { port: 0, healthPort: 0 };
  #isPromoted = false;

  constructor(options: RunOptions, trial: number | undefined) {
    this.options = options;
    const { folder, mounted } = options;
    const [next, current] = [folder.read('next'), folder.read('current')];
    const code = bytesIn(join(mounted, 'app.ts'));
    this.#mounted = mountedVersion(options, code);
    const found: Versions = { mounted: this.#mounted, current, next, failed: folder.failure(), trial };
    this.choice = choose(found);
    this.highest = highest(found);
    this.failed = this.choice.failed;
    this.code = this.isMounted ? code : Buffer.from(this.texts['app.ts']);
    this.stripped = this.#strip();
    this.stripped.catch(() => undefined);
    if (this.failed && this.failed !== found.failed) folder.fail(this.failed);
    if (!this.choice.isTrial) return;
    say(NEW_CODE);
    this.#trial = this.#watch();
  }

  get n(): number {
    return this.choice.n;
  }

  get texts(): RunTexts {
    return this.choice.texts;
  }

  /** Whether the files are those in the ConfigMap's volume. */
  get isMounted(): boolean {
    return this.choice.texts === this.#mounted.texts;
  }

  /** The text of settings.env, unless it is the file in the ConfigMap's volume. */
  get settings(): string | undefined {
    return this.isMounted ? undefined : this.texts['settings.env'];
  }

  /** Whether the code listens where it should. */
  get isServing(): boolean {
    return this.#readiness().ready;
  }

  #readiness(): ReturnType<typeof readiness> {
    return readiness(this.#ports.port, this.#ports.healthPort);
  }

  /** Whether the code has not yet proved that it starts. */
  get isTrial(): boolean {
    return this.#trial !== undefined && !this.#isPromoted;
  }

  /** Tells on which port the code should listen. */
  expect(ports: RunPorts): void {
    this.#ports = ports;
  }

  /** Starts the time in which the code must listen. */
  load(): void {
    this.#trial?.load();
  }

  /** Takes the code for good as soon as it listens, because it is about to be replaced. */
  promote(): void {
    if (this.#isPromoted || !this.#trial) return;
    this.#isPromoted = true;
    this.#trial.stop();
    this.options.folder.promote();
  }

  /** Ends a start that failed: with the previous code if this is a trial, and else the process. */
  failStart(message: string): never {
    if (!this.isTrial) return fatal(message);
    return this.#fallBack('error', message);
  }

  /** Is called when the learner's code calls process.exit. It returns if that may end the process. */
  onExit(message: string): void {
    if (this.isTrial) this.#fallBack('error', message);
  }

  /** The check of a Run has made the script. A later start makes its own, because code could have changed this one. */
  async #strip(): Promise<string> {
    const { script, isTrial } = this.choice;
    if (isTrial && script !== undefined) return script;
    return stripTypes(join(this.options.mounted, 'app.ts'), this.code);
  }

  #watch(): Trial {
    const { trialMs } = this.options;
    return new Trial(trialMs, {
      isReady: () => this.isServing,
      onReady: () => {
        this.failed = undefined;
      },
      onPassed: () => this.promote(),
      onError: (error) => this.#fallBack('error', (error as Error | undefined)?.stack ?? messageOf(error)),
      onBlocked: (line) => this.#fallBack('loop', `your code has run for ${trialMs / 1000} s without a pause`, line),
      onSilent: () => this.#fallBack('silent', this.#readiness().reason),
    });
  }

  /** Starts the previous code again. */
  #fallBack(kind: Failure['kind'], text: string, line = 0): never {
    const { folder, env, tmp } = this.options;
    const place = line > 0 ? `, at line ${line} of app.ts` : '';
    say(kind === 'error' ? text : `dice can't start: ${text}${place}`);
    say(CODE_BEFORE);
    folder.fail({ n: this.n, files: hashesOf(this.texts), kind, text, ...(line > 0 && { line }) });
    killChildren();
    emptyFolder(tmp);
    return startAnew(env);
  }
}

function bytesIn(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

/** Returns what is in the ConfigMap's volume. The folder of the volume is replaced as a whole. */
function mountedVersion({ mounted, folder }: RunOptions, code: Buffer): Version {
  const settings = bytesIn(join(mounted, 'settings.env')).toString();
  const token = bytesIn(join(mounted, RUN.record)).toString();
  return { texts: { 'app.ts': code.toString(), 'settings.env': settings }, token, claims: folder.verified(token) };
}

let opened: DiceRun | undefined;

/** The Run of this process, if Runs are set up here. */
export const openedRun = (): DiceRun | undefined => opened;

/** Chooses the files to run. Call it before anything changes the environment. */
export function openRun(env: NodeJS.ProcessEnv): DiceRun {
  const trial = takeTrial(env);
  const { RUN_DIR: dir = '', RUN_KEY_FILE: keyFile = '', RUN_TMP: tmp, RUN_MOUNTED: mounted = '' } = env;
  const trialMs = Number(env['RUN_TRIAL_MS'] ?? TRIAL_MS);
  opened = new DiceRun({ mounted, folder: new RunFolder(dir, keyFile), tmp, trialMs, env: { ...env } }, trial);
  return opened;
}
