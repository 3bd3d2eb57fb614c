// Reads the course in the guide's image: one folder for each step, already rendered. It reads files only when they are
// needed, and keeps nothing in memory.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fileNames } from '../../apps/guide/contract.ts';
import type { Files } from '../../apps/guide/contract.ts';
import type { StepCode } from './check.ts';
import type { RenderedStep, StepOutline } from './render-step.ts';
import { stepIdsIn } from './step-folders.ts';

export class Steps {
  readonly #folder: string;
  readonly #words: Record<string, string>;
  readonly ids: string[];

  /** Creates the reader of the course. @param words values for the variables in the steps' texts, such as `$RELEASE` */
  constructor(folder: string, words: Record<string, string>) {
    this.#folder = folder;
    this.#words = words;
    this.ids = stepIdsIn(folder);
  }

  has(id: string): boolean {
    return this.ids.includes(id);
  }

  outlines(): StepOutline[] {
    return this.ids.map((id) => {
      const { number, title, minutes } = this.step(id);
      return { id, number, title, minutes };
    });
  }

  step(id: string): RenderedStep {
    return JSON.parse(this.#filled(readFileSync(join(this.#folder, id, 'step.json'), 'utf8'))) as RenderedStep;
  }

  async code(id: string): Promise<StepCode> {
    return (await import(pathToFileURL(join(this.#folder, id, 'check.js')).href)) as StepCode;
  }

  /** Returns the files that a step replaces when it starts. */
  startFiles(id: string): Partial<Files> {
    return this.#read(join(id, 'start'));
  }

  /** Returns all of the learner's files as they are at the start of the step. */
  atStart(id: string): Files {
    const earlier = this.ids
      .filter((other) => other < id)
      .flatMap((other) => [this.startFiles(other), this.#read(join(other, 'files'))]);
    return Object.assign({}, this.#read('files'), ...earlier, this.startFiles(id)) as Files;
  }

  /** Returns all of the learner's files as they are at the end of the step. */
  atEnd(id: string): Files {
    return { ...this.atStart(id), ...this.solutionFiles(id) };
  }

  /** Returns only the files that differ between the start and the end of the step. */
  solutionFiles(id: string): Partial<Files> {
    return this.#read(join(id, 'files'));
  }

  #read(folder: string): Partial<Files> {
    const present = fileNames.flatMap((name) => {
      const text = textIfPresent(join(this.#folder, folder, name));
      return text === undefined ? [] : [[name, this.#filled(text)] as const];
    });
    return Object.fromEntries(present);
  }

  #filled(text: string): string {
    return Object.entries(this.#words).reduce((filled, [name, value]) => filled.replaceAll(`$${name}`, value), text);
  }
}

function textIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
