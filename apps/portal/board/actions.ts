// Does what an instructor asks for on the board. Each action is a conditional write to the API server, and leaves an
// Event that says who did what.
import { isForgotten, seatState } from '../class-state.ts';
import type { Classes } from '../classes.ts';
import type { HttpApi } from '../../../kubernetes/client.ts';
import { SEAT } from '../kinds.ts';
import type { Seat, Workshop } from '../kinds.ts';
import { BadAction, notNow } from './bad-action.ts';
import { attendeeCalled, classChanges } from './class-changes.ts';
import type { Asked, ClassAction, SeatAction } from './asked.ts';
import type { Action, AddedAnswer, LinkAnswer } from './contract.ts';
import { recordDeed } from './events.ts';
import type { Deed, EventsOptions } from './events.ts';
import { handOutToken, HAND_OUT } from './hand-out.ts';
import { seatChanges } from './seat-changes.ts';
import type { Writer } from './writer.ts';

export interface ActionsOptions extends EventsOptions {
  readonly api: Pick<HttpApi, 'create' | 'delete'>;
  readonly classes: Classes;
  readonly writer: Writer;
  /** Signs links. */
  readonly secret: () => Buffer;
}

export class Actions {
  readonly #options: ActionsOptions;

  constructor(options: ActionsOptions) {
    this.#options = options;
  }

  /** @throws BadAction if the action doesn't fit; ApiError or a connection error if the API server doesn't do it */
  async run(action: Action, asked: Asked): Promise<LinkAnswer | AddedAnswer | undefined> {
    if (['hint', 'poll'].includes(action.action)) this.#expectNotForgotten(asked);
    if (action.action === 'reset') await this.#reset(action.seat, asked);
    else if (action.action === 'move') await this.#move(action, asked);
    else if (action.action === 'link') return this.#link(action.seat, asked);
    else if ('seat' in action && action.seat !== undefined) await this.#changeSeat(action as SeatAction, asked);
    else return this.#changeClass(action as ClassAction, asked);
    return undefined;
  }

  async #changeSeat(action: SeatAction, asked: Asked): Promise<void> {
    this.#seat(action.seat, asked);
    const { decide, deed } = seatChanges(action, asked);
    const seat = await this.#options.writer.seat(action.seat, decide);
    this.#record(seat, asked, deed);
  }

  async #changeClass(action: ClassAction, asked: Asked): Promise<AddedAnswer | undefined> {
    const { decide, deed } = classChanges(action, asked);
    const workshop = await this.#options.writer.workshop(asked.workshop, decide);
    this.#record(workshop, asked, deed);
    const added = action.action === 'addSeat' && attendeeCalled(workshop, action.name);
    return added ? { attendee: added.name } : undefined;
  }

  async #reset(name: string, asked: Asked): Promise<void> {
    const seat = this.#seat(name, asked);
    if (seatState(seat) === 'Ending') throw notNow(`expected a seat to reset, found that ${name} is being removed.`);
    const { uid } = seat.metadata;
    await this.#options.api.delete(SEAT, { name }, uid === undefined ? {} : { uid });
    this.#record(seat, asked, { reason: 'SeatReset', what: 'reset the seat' });
  }

  /**
   * Gives a person another seat. The person has both seats for a moment. If the second write fails, the person keeps
   * the first one, and the portal frees the second one by itself.
   */
  async #move({ seat: name, to }: { readonly seat: string; readonly to: string }, asked: Asked): Promise<void> {
    const { writer } = this.#options;
    const [seat, workshop] = [this.#seat(name, asked), this.#workshop(asked)];
    this.#seat(to, asked);
    if (workshop.spec.attendees)
      throw notNow(
        'expected a class with a number of seats, found a list of names. Free the seat, and the person joins again.',
      );
    const { claim, help = null } = seat.spec;
    if (!claim) throw notNow(`expected a person in ${name}, found none. Look at the board again.`);
    await writer.seat(to, (target) => {
      if (target.spec.claim) throw notNow(`expected ${to} to be free, found somebody in it. Choose another seat.`);
      if (!['Ready', 'Starting', 'Waiting'].includes(seatState(target)))
        throw notNow(`expected a seat that somebody can use, found that ${to} is not running. Start it first.`);
      return { spec: { claim, help, hint: null, visit: null } };
    });
    const left = await writer.seat(name, ({ spec }) =>
      spec.claim?.id === claim.id ? { spec: { claim: null, help: null, hint: null, visit: null } } : undefined,
    );
    this.#record(left, asked, { reason: 'PersonMoved', what: `moved the person of the seat to ${to}` });
  }

  #link(name: string, asked: Asked): LinkAnswer {
    const seat = this.#seat(name, asked);
    const { claim } = seat.spec;
    if (!claim) throw notNow(`expected a person in ${name}, found none. Anybody can join with the class code.`);
    const { token, expiresAt } = handOutToken(claim, this.#options.secret(), asked.now);
    this.#record(seat, asked, { reason: 'LinkHandedOut', what: 'made a link to the seat for its person' });
    return { url: `${asked.portalUrl}${HAND_OUT}${token}`, expiresAt };
  }

  /** A class that has ended some time ago keeps neither hints nor answers. */
  #expectNotForgotten(asked: Asked): void {
    if (isForgotten(this.#workshop(asked), asked.now))
      throw notNow('expected a class that goes on, found one that has ended. Extend it first.');
  }

  #workshop({ workshop }: Asked): Workshop {
    const found = this.#options.classes.workshops.get(workshop);
    if (!found) throw new BadAction(`expected a class ${workshop}, found none. It may have been deleted.`, 404);
    return found;
  }

  /** Returns a seat of this class. */
  #seat(name: string, { workshop }: Asked): Seat {
    const seat = this.#options.classes.seats.get(name);
    if (seat?.spec.workshop === workshop) return seat;
    throw new BadAction(`expected a seat of ${workshop}, found none called ${name}. Look at the board again.`, 404);
  }

  #record(about: Seat | Workshop, { by }: Asked, deed: Deed): void {
    void recordDeed(about, by, deed, this.#options);
  }
}
