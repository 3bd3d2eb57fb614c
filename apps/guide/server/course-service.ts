// The interface between the guide's server and the course. The course imports the guide, so the guide can't import the
// course. The entry point course/guide.ts passes the course to the server.
import type { CourseOverview, Files, SeenStep, Step, Verdict } from '../contract.ts';
import type { Environment } from './lab/environment.ts';
import type { AppAnswer } from './lab/visit.ts';

/** A request of the learner to dice, through the guide. */
export interface LearnerRequest {
  readonly path: string;
  readonly answer: AppAnswer;
  /** When it was sent, by the guide's clock, in milliseconds since the epoch. */
  readonly sent: number;
}

export interface WatchOptions {
  /** What the learner has written as answers to the step's questions. */
  readonly answers: Readonly<Record<string, string>>;
  /** Ends the watch. */
  readonly signal: AbortSignal;
  readonly onSeen: (seen: SeenStep) => void;
}

/** The course, as the guide's server uses it. Each `id` must be the id of an existing step. */
export interface CourseService {
  has(id: string): boolean;
  overview(): Promise<CourseOverview>;
  step(id: string): Promise<Step>;
  start(id: string): Promise<Step>;
  reset(id: string): Promise<Step>;
  /** Writes the files that the step starts with. */
  skip(id: string): Promise<Step>;
  /** @param version the version of the files on the page that asks, or an empty text */
  check(id: string, answers: Record<string, string>, version: string): Promise<Verdict>;
  /** Records how many hints of the step the learner has seen. */
  sawHints(id: string, count: number): Promise<void>;
  /** Returns the files of the finished step, and records that the learner has seen them. */
  solution(id: string): Promise<Files>;
  resetAll(): Promise<CourseOverview>;
  /**
   * Looks what the requests leave of what a step asks for, until all is seen or nothing more can arrive. It proves
   * nothing, and sends nothing.
   * @param id the step, if the learner has started it. Otherwise the step that the learner started last
   */
  watch(id: string | undefined, requests: readonly LearnerRequest[], options: WatchOptions): Promise<void>;
}

export interface CourseOptions {
  readonly environment: Environment;
  /** Folder in the guide's image that contains the rendered course. */
  readonly folder: string;
  /** URL of prizes, which the steps' texts mention. */
  readonly prizes: string;
}

export type OpenCourse = (options: CourseOptions) => CourseService;
