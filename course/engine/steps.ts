// The course as the image holds it: a folder a step, rendered. Nothing of it is kept in memory.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fileNames } from '../../apps/guide/server/learner/files.ts';
import type { Files } from '../../apps/guide/server/learner/files.ts';
import type { Step } from './render-step.ts';
import type { Begin, Check } from './check.ts';

export type { Step } from './render-step.ts';
export type Outline = Pick<Step, 'id' | 'number' | 'title' | 'minutes'>;

export class Steps {
  readonly #folder: string;
  readonly #fill: Record<string, string>;
  readonly ids: string[];

  /** @param fill what stands for `$RELEASE` and other such words of the texts */
  constructor(folder: string, fill: Record<string, string>) {
    this.#folder = folder;
    this.#fill = fill;
    this.ids = readdirSync(folder)
      .filter((name) => /^\d\d-/.test(name))
      .sort();
  }

  has(id: string): boolean {
    return this.ids.includes(id);
  }

  outlines(): Outline[] {
    return this.ids.map((id) => {
      const { number, title, minutes } = this.step(id);
      return { id, number, title, minutes };
    });
  }

  step(id: string): Step {
    return JSON.parse(this.#filled(readFileSync(join(this.#folder, id, 'step.json'), 'utf8'))) as Step;
  }

  async code(id: string): Promise<{ check: Check; begin?: Begin }> {
    return (await import(pathToFileURL(join(this.#folder, id, 'check.js')).href)) as { check: Check; begin?: Begin };
  }

  /** The files that a step brings along when it is started. */
  ownStart(id: string): Partial<Files> {
    return this.#read(join(id, 'start'));
  }

  /** All files as they are when the step begins. */
  atStart(id: string): Files {
    const earlier = this.ids
      .filter((other) => other < id)
      .flatMap((other) => [this.ownStart(other), this.#read(join(other, 'files'))]);
    return Object.assign({}, this.#read('files'), ...earlier, this.ownStart(id)) as Files;
  }

  /** All files as they should be when the step is done. */
  atEnd(id: string): Files {
    return { ...this.atStart(id), ...this.#read(join(id, 'files')) };
  }

  #read(folder: string): Partial<Files> {
    const present = fileNames.flatMap((name) => {
      const text = readIfThere(join(this.#folder, folder, name));
      return text === undefined ? [] : [[name, this.#filled(text)] as const];
    });
    return Object.fromEntries(present);
  }

  #filled(text: string): string {
    return Object.entries(this.#fill).reduce((filled, [name, value]) => filled.replaceAll(`$${name}`, value), text);
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
