// The answers to polls. Each poll has a ConfigMap in the portal's namespace, with an entry for each answer. The key of
// an entry names nobody: it is made with a secret of the portal, and it is another one in each poll. An annotation has
// the question, so that the answers can be exported after the poll was closed.
import { createHmac } from 'node:crypto';
import { isAlreadyExists, isNotFound } from '../../kubernetes/api.ts';
import type { HttpApi } from '../../kubernetes/client.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import type { ConfigMap } from '../../kubernetes/types.ts';
import { API_VERSION, GROUP, LABELS, PORTAL } from '../../lab/names.ts';
import type { PollAnswer } from '../guide/class-contract.ts';
import { personIn } from './class-state.ts';
import type { Seat, Workshop } from './kinds.ts';
import { ObjectCache } from './object-cache.ts';

/** An answer as it is stored. It has a name only if the person chose to show it. */
export interface StoredAnswer {
  readonly text: string;
  readonly name?: string;
}

/** A poll that somebody has answered. It may be closed. */
export interface AnsweredPoll {
  readonly id: string;
  readonly question: string;
  readonly options?: readonly string[];
  /** When it was opened last, as RFC 3339. */
  readonly at?: string;
  readonly answers: readonly StoredAnswer[];
}

export interface PollsOptions {
  readonly api: Pick<HttpApi, 'create' | 'delete' | 'mergePatch'>;
  /** The portal's namespace. */
  readonly namespace: string;
  /** Start of the name of each ConfigMap, without a hyphen at the end. */
  readonly prefix: string;
  /** Returns the key that keeps the answers anonymous. */
  readonly people: () => Buffer;
}

/** Number of hexadecimal digits that name an answer. */
const KEY_LENGTH = 32;

type Poll = NonNullable<Workshop['spec']['poll']>;

/** Annotation with the question, the options and the time of the poll as JSON. */
const POLL = `${GROUP}/poll`;

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
    this.#answers.upsert(await this.#write(workshop, poll, data));
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
    return answersIn(this.#dataOf(workshop, pollId));
  }

  /** Returns all polls of a class that somebody has answered, also closed ones, in the order of their opening. */
  all(workshop: Workshop): AnsweredPoll[] {
    const start = this.#nameOf(workshop, '').length;
    const polls = this.#ofClass(workshop).map(({ metadata, data = {} }) => ({
      ...questionIn(metadata.name.slice(start), metadata.annotations?.[POLL]),
      answers: answersIn(data),
    }));
    return polls.sort((one, other) => (`${one.at ?? ''} ${one.id}` < `${other.at ?? ''} ${other.id}` ? -1 : 1));
  }

  /** Deletes the answers to all polls of a class. @throws ApiError or a connection error */
  async remove(workshop: Workshop): Promise<void> {
    for (const { metadata } of this.#ofClass(workshop)) {
      const { name, namespace, uid } = metadata;
      const key = { name, ...(namespace !== undefined && { namespace }) };
      await this.#options.api.delete(KINDS.ConfigMap, key, uid === undefined ? {} : { uid });
      this.#answers.forget(`${namespace}/${name}`, uid);
    }
  }

  #ofClass(workshop: Workshop): ConfigMap[] {
    const prefix = this.#nameOf(workshop, '');
    return this.#answers.list().filter((found) => found.metadata.name.startsWith(prefix) && isOf(workshop, found));
  }

  #dataOf(workshop: Workshop, pollId: string): Readonly<Record<string, string>> {
    const found = this.#answers.get(`${this.#options.namespace}/${this.#nameOf(workshop, pollId)}`);
    return (found && isOf(workshop, found) ? found.data : undefined) ?? {};
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
  async #write(workshop: Workshop, poll: Poll, data: Readonly<Record<string, string>>): Promise<ConfigMap> {
    const { api, namespace } = this.#options;
    const name = this.#nameOf(workshop, poll.id);
    const { question, options, at } = poll;
    const annotations = { [POLL]: JSON.stringify({ question, options, at }) };
    const body = { metadata: { annotations }, data };
    const patch = (): Promise<ConfigMap> => api.mergePatch(KINDS.ConfigMap, { name, namespace }, body);
    try {
      return await patch();
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    try {
      return await api.create<ConfigMap>(this.#configMap(workshop, name, body));
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      return patch();
    }
  }

  #configMap({ metadata }: Workshop, name: string, body: PollBody): ConfigMap {
    const owner = { apiVersion: API_VERSION, kind: 'Workshop', name: metadata.name, uid: metadata.uid ?? '' };
    return {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name,
        namespace: this.#options.namespace,
        labels: { ...LABEL, [LABELS.workshop]: metadata.name },
        annotations: body.metadata.annotations,
        ownerReferences: [owner],
      },
      data: body.data,
    };
  }
}

/** What the first answer to a poll writes, and each other one writes again. */
interface PollBody {
  readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
  readonly data: Readonly<Record<string, string>>;
}

/** Whether a ConfigMap belongs to this class, and not to an earlier one of the same name. */
const isOf = (workshop: Workshop, { metadata }: ConfigMap): boolean =>
  metadata.ownerReferences?.some(({ uid }) => uid === workshop.metadata.uid) ?? false;

/** Sorts by the keys, which are random, so that nobody sees who was first. */
const answersIn = (data: Readonly<Record<string, string>>): StoredAnswer[] =>
  Object.entries(data)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, entry]) => parsed(entry) ?? []);

/** Returns what the annotation says of a poll. Without it, as before version 0.2.0, the id is the question. */
function questionIn(id: string, annotation = '{}'): Omit<AnsweredPoll, 'answers'> {
  const { question, options, at } = recordIn(annotation);
  return {
    id,
    question: typeof question === 'string' ? question : id,
    ...(Array.isArray(options) && { options: options.map(String) }),
    ...(typeof at === 'string' && { at }),
  };
}

function recordIn(json: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(json)) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
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
