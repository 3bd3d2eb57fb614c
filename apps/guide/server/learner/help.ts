// Records which help the learner has looked at, in the ConfigMap `<release>-progress`: hints and solutions, by step. An
// instructor can read it there. It changes no result.
import { isConflict, isNotFound } from '../../../../kubernetes/api.ts';
import type { HelpSeen } from '../../contract.ts';
import type { Kube } from '../kube.ts';

/** What was seen, by the id of the step. */
export type HelpOfSteps = Readonly<Record<string, HelpSeen>>;

export interface HelpRecordOptions {
  readonly release: string;
  /** The Kubernetes client. Outside a cluster there is none, and the record is kept in memory. */
  readonly kube?: Kube | undefined;
  readonly now?: () => Date;
}

const KEY = 'help';

export class HelpRecord {
  readonly #options: HelpRecordOptions;
  #memory: HelpOfSteps = {};

  constructor(options: HelpRecordOptions) {
    this.#options = options;
  }

  async read(): Promise<HelpOfSteps> {
    return (await this.#read()).help;
  }

  /** Records that the learner has seen this many hints of a step. */
  sawHints(id: string, count: number): Promise<void> {
    return this.#change(({ [id]: seen, ...others }) => ({
      ...others,
      [id]: { ...seen, hints: Math.max(count, seen?.hints ?? 0) },
    }));
  }

  /** Records that the learner has seen the solution of a step. The first time counts. */
  sawSolution(id: string): Promise<void> {
    const now = (this.#options.now?.() ?? new Date()).toISOString();
    return this.#change(({ [id]: seen, ...others }) => ({
      ...others,
      [id]: { ...seen, solutionAt: seen?.solutionAt ?? now },
    }));
  }

  reset(): Promise<void> {
    return this.#change(() => ({}));
  }

  /** Applies the change. If somebody else changed the ConfigMap meanwhile, it reads again and repeats the change. */
  async #change(change: (help: HelpOfSteps) => HelpOfSteps): Promise<void> {
    for (;;) {
      const { help, version } = await this.#read();
      const changed = change(help);
      if (JSON.stringify(changed) === JSON.stringify(help) || (await this.#write(changed, version))) return;
    }
  }

  async #read(): Promise<{ help: HelpOfSteps; version?: string | undefined }> {
    const { kube, release } = this.#options;
    if (!kube) return { help: this.#memory };
    try {
      const { data = {}, metadata } = await kube.configMap(`${release}-progress`);
      return { help: helpIn(data[KEY]), version: metadata.resourceVersion };
    } catch (error) {
      if (isNotFound(error)) return { help: this.#memory };
      throw error;
    }
  }

  async #write(help: HelpOfSteps, version: string | undefined): Promise<boolean> {
    const { kube, release } = this.#options;
    this.#memory = help;
    if (!kube || version === undefined) return true;
    try {
      await kube.patchConfigMap(`${release}-progress`, { [KEY]: JSON.stringify(help) }, version);
      return true;
    } catch (error) {
      if (isConflict(error)) return false;
      throw error;
    }
  }
}

/** Parses the record. Somebody may have edited it by hand, so a text that is no object counts as empty. */
function helpIn(text = '{}'): HelpOfSteps {
  try {
    const help: unknown = JSON.parse(text);
    return typeof help === 'object' && help !== null ? (help as HelpOfSteps) : {};
  } catch {
    return {};
  }
}
