// Tells the open pages which requirements of a step the learner's own requests already show. It looks only after a
// request, only while a page listens, and at one step at a time.
import type { PodEvent, SeenStep } from '../contract.ts';
import type { CourseService, LearnerRequest, WatchOptions } from './course-service.ts';

type Listener = (event: PodEvent) => void;

/** What the learner has open. */
export interface OpenStep {
  /** Id of the step. */
  readonly step: string | undefined;
  /** The answers that the learner has written so far. */
  readonly answers: WatchOptions['answers'];
}

const mostRequests = 16;

export interface LiveOptions {
  readonly course: Pick<CourseService, 'watch'>;
  /** Returns the version of the learner's files. What was asked with other files shows nothing about these. */
  readonly version: () => Promise<string | undefined>;
}

export class LiveRequirements {
  readonly #options: LiveOptions;
  readonly #listeners = new Set<Listener>();
  #version: string | undefined;
  #requests: LearnerRequest[] = [];
  #running: AbortController | undefined;
  #last: SeenStep | undefined;

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  /**
   * Sends what is seen to the listener, now and whenever it changes.
   * @returns a function that removes the listener
   */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (this.#last) listener({ type: 'seen', data: this.#last });
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#running?.abort();
    };
  }

  /** Makes a request of the learner, and watches what it leaves. */
  async ask<T extends LearnerRequest['answer']>(path: string, open: OpenStep, send: () => Promise<T>): Promise<T> {
    const sent = performance.timeOrigin + performance.now();
    const [version, answer] = await Promise.all([this.#options.version().catch(() => undefined), send()]);
    if (version !== this.#version) this.#requests = [];
    this.#version = version;
    this.#requests = [...this.#requests, { path, answer, sent }].slice(-mostRequests);
    void this.#watch(open);
    return answer;
  }

  /** Looks at all requests since the last change of the files. It ends the look that is under way. */
  async #watch({ step, answers }: OpenStep): Promise<void> {
    this.#running?.abort();
    if (this.#listeners.size === 0) return;
    const running = new AbortController();
    this.#running = running;
    const onSeen = (seen: SeenStep): void => {
      if (!running.signal.aborted) this.#report(seen);
    };
    // Nothing is lost if the lab does not answer: the next request begins anew, and the check says what is wrong.
    await this.#options.course
      .watch(step, this.#requests, { answers, signal: running.signal, onSeen })
      .catch(() => undefined);
  }

  #report(seen: SeenStep): void {
    if (JSON.stringify(seen) === JSON.stringify(this.#last)) return;
    this.#last = seen;
    for (const listener of this.#listeners) listener({ type: 'seen', data: seen });
  }
}
