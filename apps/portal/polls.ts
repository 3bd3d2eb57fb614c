// The answers to polls. Each poll has a ConfigMap in the portal's namespace, with an entry for each answer. The key of
// an entry names nobody: it is made with a secret of the portal, and it is another one in each poll.
import { createHmac } from 'node:crypto';
import { isAlreadyExists, isNotFound } from '../../kubernetes/api.ts';
import type { HttpApi } from '../../kubernetes/client.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import type { ConfigMap } from '../../kubernetes/types.ts';
import { API_VERSION, LABELS, PORTAL } from '../../lab/names.ts';
import type { PollAnswer } from '../guide/class-contract.ts';
import { personIn } from './class-state.ts';
import type { Seat, Workshop } from './kinds.ts';
import { ObjectCache } from './object-cache.ts';

/** An answer as it is stored. It has a name only if the person chose to show it. */
export interface StoredAnswer {
  readonly text: string;
  readonly name?: string;
}

export interface PollsOptions {
  readonly api: Pick<HttpApi, 'create' | 'mergePatch'>;
  /** The portal's namespace. */
  readonly namespace: string;
  /** Start of the name of each ConfigMap, without a hyphen at the end. */
  readonly prefix: string;
  /** Returns the key that keeps the answers anonymous. */
  readonly people: () => Buffer;
}

/** Number of hexadecimal digits that name an answer. */
const KEY_LENGTH = 32;

const LABEL = { [LABELS.component]: PORTAL.polls.component };

export class Polls {
  readonly #options: PollsOptions;
  readonly #answers = new ObjectCache<ConfigMap>(KINDS.ConfigMap);

  constructor(options: PollsOptions) {
    this.#options = options;
  }

  /** Keeps the answers up to date until the signal is aborted. */
  async follow(api: HttpApi, signal: AbortSignal, log?: { warn(fields: object, message: string): void }) {
    const labelSelector = Object.entries(LABEL).map(([label, value]) => `${label}=${value}`);
    const select = { namespace: this.#options.namespace, labelSelector: labelSelector.join() };
    await new Reflector({ api, store: this.#answers, select, ...(log && { log }) }).run(signal);
  }

  /** Calls `listener` after each change of answers. @returns a function that ends that */
  onChange(listener: () => void): () => void {
    return this.#answers.onChange(listener);
  }

  /**
   * Stores the answer of the person in a seat to the class's open poll. It replaces an earlier one.
   * @throws ApiError or a connection error
   */
  async answer(seat: Seat, workshop: Workshop, { text, named }: PollAnswer): Promise<void> {
    const { poll } = workshop.spec;
    if (!poll) throw new Error(`expected an open poll in ${workshop.metadata.name}, found none`);
    const stored: StoredAnswer = { text, ...(named && { name: personIn(seat, workshop) }) };
    const data = { [this.#keyOf(seat, workshop, poll.id)]: JSON.stringify(stored) };
    this.#answers.upsert(await this.#write(workshop, poll.id, data));
  }

  /** Returns the answer of the person in a seat to the class's open poll. */
  answerOf(seat: Seat, workshop: Workshop): PollAnswer | undefined {
    const { poll } = workshop.spec;
    if (!poll) return undefined;
    const entry = this.#dataOf(workshop, poll.id)[this.#keyOf(seat, workshop, poll.id)];
    const stored = entry === undefined ? undefined : parsed(entry);
    return stored && { text: stored.text, named: stored.name !== undefined };
  }

  /** Returns all answers to a poll of a class, in an order that doesn't tell who was first. */
  results(workshop: Workshop, pollId: string): StoredAnswer[] {
    const entries = Object.entries(this.#dataOf(workshop, pollId)).sort(([a], [b]) => (a < b ? -1 : 1));
    return entries.flatMap(([, entry]) => parsed(entry) ?? []);
  }

  #dataOf(workshop: Workshop, pollId: string): Readonly<Record<string, string>> {
    const found = this.#answers.get(`${this.#options.namespace}/${this.#nameOf(workshop, pollId)}`);
    const isOurs = found?.metadata.ownerReferences?.some(({ uid }) => uid === workshop.metadata.uid);
    return (isOurs ? found?.data : undefined) ?? {};
  }

  /** Both parts are DNS labels, so the dot keeps the polls of two classes apart. */
  #nameOf({ metadata }: Workshop, pollId: string): string {
    return `${this.#options.prefix}-${metadata.name}.${pollId}`;
  }

  #keyOf({ metadata, spec }: Seat, workshop: Workshop, pollId: string): string {
    const person = spec.claim?.id ?? metadata.name;
    const text = `${workshop.metadata.uid}/${pollId}/${person}`;
    return createHmac('sha256', this.#options.people()).update(text).digest('hex').slice(0, KEY_LENGTH);
  }

  /** The first answer creates the ConfigMap. Each answer has a key of its own, so two at a time don't conflict. */
  async #write(workshop: Workshop, pollId: string, data: Readonly<Record<string, string>>): Promise<ConfigMap> {
    const { api, namespace } = this.#options;
    const name = this.#nameOf(workshop, pollId);
    const patch = (): Promise<ConfigMap> => api.mergePatch(KINDS.ConfigMap, { name, namespace }, { data });
    try {
      return await patch();
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    try {
      return await api.create<ConfigMap>(this.#configMap(workshop, name, data));
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      return patch();
    }
  }

  #configMap({ metadata }: Workshop, name: string, data: Readonly<Record<string, string>>): ConfigMap {
    const owner = { apiVersion: API_VERSION, kind: 'Workshop', name: metadata.name, uid: metadata.uid ?? '' };
    return {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name,
        namespace: this.#options.namespace,
        labels: { ...LABEL, [LABELS.workshop]: metadata.name },
        ownerReferences: [owner],
      },
      data,
    };
  }
}

/** Returns what an entry says, or undefined if somebody else has written it. */
function parsed(entry: string): StoredAnswer | undefined {
  try {
    const { text, name } = JSON.parse(entry) as Partial<Record<keyof StoredAnswer, unknown>>;
    return typeof text === 'string' ? { text, ...(typeof name === 'string' && { name }) } : undefined;
  } catch {
    return undefined;
  }
}
