// The course as the guide's server sees it. The course itself is built on the guide, so the guide's entry point (course/guide.ts) hands it over.
import type { CourseOverview, Files, Step, Verdict } from '../contract.ts';
import type { Environment } from './lab/environment.ts';

/** What can be done with the course. All methods that take a step's id expect one that it has. */
export interface CourseService {
  has(id: string): boolean;
  overview(): Promise<CourseOverview>;
  step(id: string): Promise<Step>;
  start(id: string): Promise<Step>;
  reset(id: string): Promise<Step>;
  /** Writes the files as they should be when the step begins. */
  skip(id: string): Promise<Step>;
  check(id: string, answers: Record<string, string>): Promise<Verdict>;
  /** The files as they should be when the step is done. */
  solution(id: string): Files;
  resetAll(): Promise<CourseOverview>;
}

export interface CourseOptions {
  readonly environment: Environment;
  /** Where the rendered course is. */
  readonly folder: string;
  /** URL of prizes, which the steps' texts name. */
  readonly prizes: string;
}

export type OpenCourse = (options: CourseOptions) => CourseService;
