// How a test does a step the way a learner would. A step's folder may have a `walkthrough.ts` that exports a
// `walkthrough`. Without it a test only starts the step and checks it.
import type { Locator, Page } from 'playwright-core';

/** A row of the waterfall. */
export interface Row {
  /** The root's level is 1. */
  readonly level: number;
  readonly service: string;
  readonly name: string;
  /** In milliseconds. */
  readonly took: number;
}

/** A learner at the guide's front page. */
export interface Learner {
  readonly page: Page;
  press(button: string): Promise<void>;
  /** Puts the files of the finished step into the editor, and runs them. */
  solve(): Promise<void>;
  /** Sends a request to dice. @returns the answer as the page shows it */
  ask(path: string): Promise<string>;
  /** Rows of the waterfall with this text. */
  row(text: string | RegExp): Locator;
  /** Opens a span once it is there, and waits for these texts in it. */
  read(text: string | RegExp, ...shown: string[]): Promise<void>;
  /** The complete waterfall. */
  waterfall(): Promise<Row[]>;
  /** Waits until the log next to the editor has this text. @param within in milliseconds */
  log(text: string | RegExp, source?: 'dice' | 'the Collector', within?: number): Promise<string>;
}

/** What each command has printed, by the command. */
export type CommandOutput = ReadonlyMap<string, string>;

export interface Walkthrough {
  /** Does the step on the page, after Start and before Check. */
  readonly onPage?: (learner: Learner) => Promise<void>;
  /** Answers the step's questions from what its commands have printed. */
  readonly answers?: (output: CommandOutput) => Record<string, string>;
  /** Commands that the learner repeats until they have printed enough. */
  readonly repeat?: { readonly commands: RegExp; readonly isEnough: (text: string) => boolean };
}

/** What the command that matches has printed. */
export function outputOf(output: CommandOutput, command: RegExp): string {
  const match = [...output].find(([words]) => command.test(words));
  if (match === undefined)
    throw new Error(`expected a command like ${String(command)}, found: ${[...output.keys()].join('\n')}`);
  return match[1];
}
