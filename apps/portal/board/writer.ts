// Changes Workshops and Seats for an instructor. Each write is conditional: if somebody has changed the object since we
// read it, the decision is made again from the new object.
import { isConflict, isInvalid, isForbidden, isNotFound } from '../../../kubernetes/api.ts';
import type { ApiError } from '../../../kubernetes/api.ts';
import type { HttpApi } from '../../../kubernetes/client.ts';
import type { Kind, KubeObject } from '../../../kubernetes/object.ts';
import type { Classes } from '../classes.ts';
import { SEAT, WORKSHOP } from '../kinds.ts';
import type { Seat, Workshop } from '../kinds.ts';
import type { ObjectCache } from '../object-cache.ts';
import { BadAction, notNow } from './bad-action.ts';

/** Fields to write. `null` removes one. */
export interface Change {
  readonly metadata?: { readonly [K in 'annotations' | 'labels']?: Readonly<Record<string, string | null>> };
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** Decides what to write from an object as it is. @throws BadAction if the action doesn't fit. Undefined: nothing */
export type Decide<T> = (object: T) => Change | undefined;

export interface WriterOptions {
  readonly api: Pick<HttpApi, 'get' | 'mergePatch'>;
  readonly classes: Classes;
}

/** How often a write is tried while somebody else changes the object. The operator writes a status at any time. */
const ATTEMPTS = 8;

export class Writer {
  readonly #options: WriterOptions;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** Changes a Seat. @throws BadAction, ApiError or a connection error. @returns the Seat as it is then */
  seat(name: string, decide: Decide<Seat>): Promise<Seat> {
    return this.#change({ kind: SEAT, cache: this.#options.classes.seats }, name, decide);
  }

  /** Changes a Workshop. It throws and returns as `seat` does. */
  workshop(name: string, decide: Decide<Workshop>): Promise<Workshop> {
    return this.#change({ kind: WORKSHOP, cache: this.#options.classes.workshops }, name, decide);
  }

  async #change<T extends KubeObject>(
    { kind, cache }: { readonly kind: Kind; readonly cache: ObjectCache<T> },
    name: string,
    decide: Decide<T>,
  ): Promise<T> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const object = cache.get(name);
      if (!object) throw gone(kind, name);
      const change = decide(object);
      if (!change) return object;
      const written = await this.#write(kind, object, change);
      if (written) cache.upsert(written);
      else await this.#refresh(kind, cache, name);
      if (written) return cache.get(name) ?? written;
    }
    throw notNow(`expected ${name} to hold still for a moment, found it changing all the time. Try again.`);
  }

  /** @returns undefined if the object has changed meanwhile */
  async #write<T extends KubeObject>(kind: Kind, { metadata }: T, change: Change): Promise<T | undefined> {
    const { name, resourceVersion } = metadata;
    try {
      return await this.#options.api.mergePatch<T>(
        kind,
        { name },
        { ...change, metadata: { ...change.metadata, resourceVersion } },
      );
    } catch (error) {
      if (isConflict(error)) return undefined;
      if (isNotFound(error)) throw gone(kind, name);
      if (isInvalid(error) || isForbidden(error)) throw notNow(refusalIn(error));
      throw error;
    }
  }

  async #refresh<T extends KubeObject>(kind: Kind, cache: ObjectCache<T>, name: string): Promise<void> {
    const object = await this.#options.api.get<T>(kind, name);
    if (object) cache.upsert(object);
    else cache.forget(name);
  }
}

const gone = ({ kind }: Kind, name: string): BadAction =>
  new BadAction(`expected a ${kind} ${name}, found none. It may have been removed: look at the board again.`, 404);

/** The API server's own reasons for a refusal. They name fields and limits, and nothing that is secret. */
const refusalIn = ({ status }: ApiError): string =>
  `expected a change that the cluster allows, found: ${(status.message ?? 'no reason').slice(0, 300)}`;
