// What the guide's server needs from the course. The course imports the guide, so its entry point (course/guide.ts)
// passes it in.
import type { CourseOverview, Files, Step, Verdict } from '../contract.ts';
import type { Environment } from './lab/environment.ts';

/** The course. Every method that takes an id expects the id of an existing step. */
export interface CourseService {
  has(id: string): boolean;
  overview(): Promise<CourseOverview>;
  step(id: string): Promise<Step>;
  start(id: string): Promise<Step>;
  reset(id: string): Promise<Step>;
  /** Writes the files of the step's start. */
  skip(id: string): Promise<Step>;
  check(id: string, answers: Record<string, string>): Promise<Verdict>;
  /** The files of the finished step. */
  solution(id: string): Files;
  resetAll(): Promise<CourseOverview>;
}

export interface CourseOptions {
  readonly environment: Environment;
  /** Folder of the rendered course. */
  readonly folder: string;
  /** URL of prizes, for the steps' texts. */
  readonly prizes: string;
}

export type OpenCourse = (options: CourseOptions) => CourseService;
