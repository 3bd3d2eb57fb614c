// Runs: hands the learner's files to the dice that runs, which starts anew with them in its pod, and follows how far it
// comes. If dice doesn't take them, the caller replaces the pod. See docs/adr/0043.
import type { KeyObject } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Pod } from '../../../../kubernetes/types.ts';
import { RUN } from '../../../../lab/names.ts';
import { PORTS } from '../../../../lab/ports.ts';
import { hashesOf, isOfTexts, signRunToken, verifyRunToken } from '../../../../lab/run-token.ts';
import type { RunClaims, RunTexts } from '../../../../lab/run-token.ts';
import { createPublicKey } from 'node:crypto';
import { call } from '../../../../support/http.ts';
import type { RunProgress } from '../../contract.ts';
import { podUrl } from '../pods/dice-report.ts';
import { suppressTracing } from '../suppress-tracing.ts';
import { parsedStatus } from './run-status.ts';
import type { DiceStatus } from './run-status.ts';
import { reasonOfFailure } from './failed-run.ts';
import type { FailedRun } from '../pods/phase.ts';

/** Milliseconds within which dice must take a Run. A handler that loops blocks it. */
const TAKES = 1_000;
/** Milliseconds after which a Run that dice has taken is lost. Dice needs 3 s to see that code does not listen. */
const LOST = 15_000;
/** Milliseconds between two questions how far dice has come, and for which it is asked whether the code still runs. */
const [PAUSE, TRIAL] = [40, 4_000];
/** Milliseconds without an answer after which dice may be another pod. A Run needs less, and a trial answers. */
const GONE = 2_000;
const LIMIT = 64 * 1024; // bytes of an answer

/** A Run that is written to the ConfigMap. */
export interface NumberedRun {
  readonly claims: RunClaims;
  readonly token: string;
}

export interface RunsOptions {
  readonly key: KeyObject;
  /** Returns dice's newest pod if it is ready. */
  readonly pod: () => Promise<Pod | undefined>;
  readonly port?: number;
}

type Listener = (progress: RunProgress) => void;

export class Runs {
  readonly #options: RunsOptions;
  readonly #publicKey: KeyObject;
  readonly #listeners = new Set<Listener>();
  #turn: Promise<unknown> = Promise.resolve();
  #failed: (FailedRun & { readonly pod: string; readonly files: RunClaims['files'] }) | undefined;
  #latest: RunProgress | undefined;

  constructor(options: RunsOptions) {
    this.#options = options;
    this.#publicKey = createPublicKey(options.key);
  }

  /** Whether a Run is under way. */
  get isBusy(): boolean {
    return this.#latest !== undefined && ['checking', 'starting'].includes(this.#latest.stage);
  }

  /** When the guide began the last Run, in Unix milliseconds. */
  get at(): number | undefined {
    return this.#latest?.n;
  }

  /** Whether the files of the last Run don't run. */
  get hasFailed(): boolean {
    return this.#failed !== undefined;
  }

  /** Calls the listener with the state of the last Run, and then with each new one. @returns a function that ends it */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (this.#latest) listener(this.#latest);
    return () => void this.#listeners.delete(listener);
  }

  /** Returns the claims of a record in the ConfigMap, if a guide of this lab wrote it. */
  claimsIn(record: string | undefined): RunClaims | undefined {
    return record === undefined ? undefined : verifyRunToken(record, this.#publicKey);
  }

  /** Returns a Run with a higher number than that in the record. */
  number(texts: RunTexts, record: string | undefined, now = Date.now()): NumberedRun {
    const n = Math.max(now, (this.claimsIn(record)?.n ?? 0) + 1);
    return this.#sign({ n, at: now, files: hashesOf(texts) });
  }

  #sign(claims: RunClaims): NumberedRun {
    return { claims, token: signRunToken(claims, this.#options.key) };
  }

  /** Returns why the files of this pod's last Run don't run, if it is about these files. */
  failure(pod: string, texts: RunTexts): FailedRun | undefined {
    const failed = this.#failed;
    return failed?.pod === pod && isOfTexts(failed, texts) ? failed : undefined;
  }

  /**
   * Hands files to dice, after the Run before has ended. Later states go to the listeners.
   * @param replace replaces the pod. It is called if dice has taken the Run and is lost
   * @returns whether dice has taken the Run
   */
  hand(run: NumberedRun, texts: RunTexts, replace: () => Promise<void>): Promise<boolean> {
    const turn = this.#turn.then(() => suppressTracing(() => this.#hand(run, texts, replace)));
    this.#turn = turn.then(({ ended }) => ended).catch(() => undefined);
    return turn.then(({ taken }) => taken);
  }

  async #hand(run: NumberedRun, texts: RunTexts, replace: () => Promise<void>) {
    const began = performance.now();
    const { name, url } = await this.#place();
    this.#failed = undefined;
    if (url === undefined || !(await this.#send(url, run.claims, texts))) return { taken: false, ended: undefined };
    const follower = new Follower({
      url,
      n: run.claims.n,
      find: async () => (await this.#place()).url,
      tell: (state) => this.#tell(state, run.claims, { began, name, texts }),
    });
    return {
      taken: true,
      ended: follower.follow().then((isKnown) => (isKnown ? undefined : this.#lose(run, began, replace))),
    };
  }

  /** Returns the name of dice's newest pod and where it takes Runs, if it is ready. */
  async #place(): Promise<{ name: string; url?: string | undefined }> {
    const pod = await this.#options.pod().catch(() => undefined);
    return { name: pod?.metadata.name ?? '', url: pod && podUrl(pod, this.#options.port ?? PORTS.health, RUN.path) };
  }

  /** Sends files to dice. They are signed anew, because dice takes no old token. @returns whether dice takes them */
  async #send(url: string, claims: RunClaims, texts: RunTexts): Promise<boolean> {
    const { token } = this.#sign({ ...claims, at: Date.now() });
    const options = {
      method: 'PUT',
      headers: { [RUN.header]: token, 'content-type': 'application/json' },
      body: JSON.stringify(texts),
      signal: AbortSignal.timeout(TAKES),
      limit: LIMIT,
    };
    return call(url, options).then(
      ({ status }) => status === 202 || status === 200,
      () => false,
    );
  }

  async #lose({ claims: { n } }: NumberedRun, began: number, replace: () => Promise<void>): Promise<void> {
    const message = 'dice no longer answers, so a new pod takes its place.';
    this.#publish({ n, stage: 'replacing', ms: since(began), message });
    await replace().catch(() => undefined);
  }

  #tell(state: FollowedState, { n, files }: RunClaims, { began, name, texts }: Begun): void {
    if (typeof state === 'string') return this.#publish({ n, stage: state, ms: since(began) });
    const reason = reasonOfFailure(state, texts);
    this.#failed = { ...reason, pod: name, files };
    this.#publish({ n, stage: 'failed', ms: since(began), ...reason });
  }

  #publish(progress: RunProgress): void {
    this.#latest = progress;
    for (const listener of this.#listeners) listener(progress);
  }
}

interface Begun {
  readonly began: number;
  readonly name: string;
  readonly texts: RunTexts;
}

const since = (began: number): number => Math.round(performance.now() - began);

type FollowedState = 'checking' | 'starting' | 'serving' | NonNullable<DiceStatus['failed']>;

interface FollowerOptions {
  readonly url: string;
  /** Returns the URL of dice's newest pod. Somebody may have deleted the pod that took the Run. */
  readonly find: () => Promise<string | undefined>;
  readonly n: number;
  readonly tell: (state: FollowedState) => void;
}

/** Asks dice how far it has come with a Run. */
class Follower {
  readonly #options: FollowerOptions;
  #url: string;
  #told: string | undefined;
  /** When dice answered last. */
  #answered = performance.now();

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#url = options.url;
  }

  /**
   * Follows the Run until it serves, and in the background until it can no longer fail.
   * @returns whether dice has said how it ended
   */
  async follow(): Promise<boolean> {
    this.#tell('checking');
    for (const end = performance.now() + LOST; performance.now() < end; await delay(PAUSE)) {
      const state = stateOf(await this.#ask(), this.#options.n);
      if (state === undefined) continue;
      // The container was restarted before dice had stored the files.
      if (state === 'unknown') return false;
      this.#tell(state);
      if (state === 'serving') void this.#watchTrial();
      if (state === 'serving' || typeof state === 'object') return true;
    }
    return false;
  }

  /** Code may throw or loop soon after it has begun to listen. Then dice runs the code of before. */
  async #watchTrial(): Promise<void> {
    for (const end = performance.now() + TRIAL + LOST; performance.now() < end;) {
      await delay(500, undefined, { ref: false });
      const status = await this.#ask();
      const state = stateOf(status, this.#options.n);
      if (typeof state === 'object') return this.#tell(state);
      if (state === 'unknown' || (state === 'serving' && status?.isTrial === false)) return;
    }
  }

  #tell(state: FollowedState): void {
    const key = typeof state === 'string' ? state : 'failed';
    if (key !== this.#told) this.#options.tell(state);
    this.#told = key;
  }

  async #ask(): Promise<DiceStatus | undefined> {
    try {
      const { body } = await call(this.#url, { signal: AbortSignal.timeout(TAKES), limit: LIMIT });
      this.#answered = performance.now();
      return parsedStatus(body);
    } catch {
      if (performance.now() - this.#answered > GONE) this.#url = (await this.#options.find()) ?? this.#url;
      return undefined;
    }
  }
}

/** Returns how far dice is with Run `n`, `unknown` if it knows no such Run, or undefined if it doesn't answer. */
function stateOf(status: DiceStatus | undefined, n: number): FollowedState | 'unknown' | undefined {
  if (!status) return undefined;
  // The code of before is starting until it serves.
  if (status.failed?.n === n) return status.isServing ? status.failed : 'starting';
  if (status.n === n) return status.isServing ? 'serving' : 'starting';
  return status.pending?.n === n ? status.pending.stage : 'unknown';
}
