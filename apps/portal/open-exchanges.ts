// The running exchanges with each guide, so that they end when their person loses the seat.

export class OpenExchanges {
  readonly #seats = new Map<string, Map<object, { readonly claim: string; readonly end: () => void }>>();

  /** Records an exchange of a person. @returns a function that removes it when it has ended */
  add(seat: string, claim: string, end: () => void): () => void {
    const open = this.#seats.get(seat) ?? new Map<object, { claim: string; end: () => void }>();
    this.#seats.set(seat, open);
    const id = {};
    open.set(id, { claim, end });
    return () => {
      open.delete(id);
      if (open.size === 0 && this.#seats.get(seat) === open) this.#seats.delete(seat);
    };
  }

  /** Ends all exchanges at a seat that belong to another claim than `claim`. */
  endOthers(seat: string, claim: string | undefined): void {
    for (const exchange of [...(this.#seats.get(seat)?.values() ?? [])]) if (exchange.claim !== claim) exchange.end();
  }
}
