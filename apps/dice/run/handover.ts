// Takes a Run from the guide on the health port: checks the guide's signature and the code, and then replaces this
// process by one with the new files. Anybody in the namespace reaches the port, so nothing is read before the token.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../../support/errors.ts';
import { say } from '../../../support/output.ts';
import { RUN } from '../../../lab/names.ts';
import { isOfTexts, RUN_FILES, RUN_LIFETIME } from '../../../lab/run-token.ts';
import type { RunClaims, RunTexts } from '../../../lab/run-token.ts';
import { bodyOf } from '../../telemetry/commands.ts';
import { closeServers, isShuttingDown } from '../../telemetry/shutdown.ts';
import { startFailure } from '../failure.ts';
import { stripTypes } from '../strip-types.ts';
import { emptyFolder, endChildren } from './cleanup.ts';
import { startAnew } from './origin.ts';
import type { DiceRun } from './run.ts';
import type { Failure, Version } from './version.ts';

/** How far dice has come with a Run, as the health port tells the guide. */
export interface RunStatus {
  /** The number of the Run whose files this process runs, or 0. */
  readonly n: number;
  readonly isServing: boolean;
  /** Whether the files have not yet proved that they start. */
  readonly isTrial: boolean;
  readonly pending?: { readonly n: number; readonly stage: 'checking' | 'starting' };
  readonly failed?: Omit<Failure, 'files'>;
}

export interface HandoverOptions {
  /** Path of app.ts, as errors name it. */
  readonly source: string;
  /** Sends the telemetry recorded so far. */
  readonly flush: () => Promise<unknown>;
  /** Sends the last telemetry and stops the SDK. */
  readonly shutdown: () => Promise<unknown>;
}

/** Bytes of a request at most: 512 kB of files, each byte of which JSON may write as six. */
const LONGEST = 4 * 2 ** 20;

/** Milliseconds for the telemetry of before, for the requests that are open, and for their telemetry. */
const LIMITS = { flush: 1_000, requests: 800, last: 250 };

/** Milliseconds between two lines of the log about refused requests. */
const LOG_PAUSE = 1_000;

class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export class Handover {
  readonly #run: DiceRun;
  readonly #options: HandoverOptions;
  #pending: RunStatus['pending'];
  #logged = -Infinity;

  constructor(run: DiceRun, options: HandoverOptions) {
    this.#run = run;
    this.#options = options;
  }

  /** Answers a request for RUN.path. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const status = request.method === 'PUT' ? await this.#take(request) : 200;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(this.status()));
    } catch (error) {
      const status = error instanceof Refusal ? error.status : 400;
      if (status === 401) this.#logRefusal(request, messageOf(error));
      response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' }).end(`${messageOf(error)}\n`);
    }
  }

  status(): RunStatus {
    const { n, isServing, isTrial, failed } = this.#run;
    return {
      n,
      isServing,
      isTrial,
      ...(this.#pending && { pending: this.#pending }),
      ...(failed && { failed: shown(failed) }),
    };
  }

  /** Takes a Run, unless it was taken before. @returns the status of the answer. @throws Refusal */
  async #take(request: IncomingMessage): Promise<number> {
    const token = [request.headers[RUN.header]].flat()[0] ?? '';
    const claims = this.#admit(token);
    const { n, failed } = this.#run;
    if ([n, failed?.n].includes(claims.n)) return 200;
    if (this.#pending?.n === claims.n) return 202;
    this.#refuseNow(claims);
    this.#pending = { n: claims.n, stage: 'checking' };
    try {
      const texts = textsIn(await bodyOf(request, LONGEST));
      if (!isOfTexts(claims, texts)) throw new Refusal(401, 'expected the files that the guide signed, found others');
      this.#run.highest = claims.n;
      void this.#replace(claims, { texts, token });
      return 202;
    } catch (error) {
      this.#pending = undefined;
      throw error;
    }
  }

  /** Returns the claims of a token that is right and fresh. @throws Refusal */
  #admit(token: string): RunClaims {
    const { folder } = this.#run.options;
    if (!folder.hasKey()) throw new Refusal(503, "dice does not know the guide's key yet");
    const claims = folder.verified(token);
    if (!claims) throw new Refusal(401, "expected the guide's signature, found another or none");
    if (Math.abs(Date.now() - claims.at) > RUN_LIFETIME)
      throw new Refusal(401, 'expected a fresh token, found an old one');
    return claims;
  }

  #refuseNow({ n }: RunClaims): void {
    if (n <= this.#run.highest) throw new Refusal(409, `expected a Run after number ${this.#run.highest}, found ${n}`);
    if (this.#pending || !this.#run.isServing) throw new Refusal(409, 'dice is busy with another Run');
  }

  /** Checks the files, and replaces this process by one with them. */
  async #replace(claims: RunClaims, version: Version): Promise<void> {
    const { source, flush } = this.#options;
    try {
      const checked = stripTypes(source, Buffer.from(version.texts['app.ts']), true);
      // What is sent now need not be sent while nothing listens.
      await Promise.all([checked, Promise.race([flush().catch(() => undefined), delay(LIMITS.flush)])]);
      this.#store({ ...version, script: await checked });
    } catch (error) {
      return this.#fail(claims, startFailure(source, messageOf(error)));
    }
    this.#pending = { n: claims.n, stage: 'starting' };
    await this.#end();
    if (!isShuttingDown()) startAnew(this.#run.options.env, claims.n);
  }

  /** Keeps what runs now, to which dice returns if the new files fail. @throws Error if there is no room */
  #store(next: Version): void {
    const { folder } = this.#run.options;
    this.#run.promote();
    folder.write('current', this.#run.choice);
    folder.write('next', next);
  }

  /** Ends what the code of now does: its requests, its telemetry, its child processes and its files. */
  async #end(): Promise<void> {
    await Promise.race([closeServers(), delay(LIMITS.requests)]);
    await Promise.race([this.#options.shutdown(), delay(LIMITS.last)]);
    await endChildren();
    emptyFolder(this.#run.options.tmp);
  }

  #fail({ n, files }: RunClaims, text: string): void {
    say(text);
    const failure: Failure = { n, files, kind: 'error', text };
    this.#run.failed = failure;
    this.#run.options.folder.fail(failure);
    this.#pending = undefined;
  }

  #logRefusal({ socket }: IncomingMessage, why: string): void {
    if (performance.now() - this.#logged < LOG_PAUSE) return;
    this.#logged = performance.now();
    say(`dice refused a Run from ${socket.remoteAddress ?? 'an unknown address'}: ${why}`);
  }
}

const shown = ({ n, kind, text, line }: Failure): Omit<Failure, 'files'> => ({
  n,
  kind,
  text: text.slice(0, 4_000),
  ...(line !== undefined && { line }),
});

function textsIn(body: string): RunTexts {
  const texts = JSON.parse(body) as Partial<RunTexts> | null;
  if (RUN_FILES.some((name) => typeof texts?.[name] !== 'string'))
    throw new Refusal(400, `expected the texts of ${RUN_FILES.join(' and ')}`);
  return texts as RunTexts;
}
