// Types that describe how a test does a step as a learner would. A step's folder may have a `walkthrough.ts` that
// exports a `walkthrough`. For a step without this file, the test only starts and checks the step.
import type { Locator, Page } from 'playwright-core';

/** A row of the waterfall, which shows one span. */
export interface Row {
  /** Depth of the span in the tree. The root has level 1. */
  readonly level: number;
  readonly service: string;
  readonly name: string;
  /** Duration of the span in milliseconds. */
  readonly took: number;
}

/** A simulated learner in a browser, at the guide's front page. */
export interface Learner {
  readonly page: Page;
  press(button: string): Promise<void>;
  /** Puts the files of the finished step into the editor, and presses Run. */
  solve(): Promise<void>;
  /** Sends a request to dice from the page. @returns the answer as the page shows it */
  ask(path: string): Promise<string>;
  /** Finds the rows of the waterfall that contain this text. */
  row(text: string | RegExp): Locator;
  /** Waits for a span in the waterfall, opens it, and waits until it shows these texts. */
  read(text: string | RegExp, ...shown: string[]): Promise<void>;
  /** Returns all rows of the waterfall once the trace is complete. */
  waterfall(): Promise<Row[]>;
  /** Waits until the log next to the editor contains this text. @param within time limit in milliseconds */
  log(text: string | RegExp, source?: 'dice' | 'the Collector', within?: number): Promise<string>;
}

/** The outputs of the commands that the test has run, by the text of the command. */
export type CommandOutput = ReadonlyMap<string, string>;

export interface Walkthrough {
  /**
   * Does the step on the page. The test calls it after the learner has pressed Start, and before the learner presses
   * Check.
   */
  readonly onPage?: (learner: Learner) => Promise<void>;
  /** Returns the answers to the step's questions, based on the output of the step's commands. */
  readonly answers?: (output: CommandOutput) => Record<string, string>;
  /** The commands that the test repeats until `isEnough` returns true for their output. */
  readonly repeat?: { readonly commands: RegExp; readonly isEnough: (text: string) => boolean };
}

/** Returns the output of the command that matches a pattern. */
export function outputOf(output: CommandOutput, command: RegExp): string {
  const match = [...output].find(([words]) => command.test(words));
  if (match === undefined)
    throw new Error(`expected a command like ${String(command)}, found: ${[...output.keys()].join('\n')}`);
  return match[1];
}
