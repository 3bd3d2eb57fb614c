// The choice of a service, by its `service.name`. Every part of the page offers only services that sent something, and
// the one that is chosen.
import { fill, h } from '../dom.ts';

export interface ServiceChoiceOptions {
  readonly id: string;
  /** Text of the choice of all services. Without it, the reader chooses one. */
  readonly all?: string;
}

export class ServiceChoice {
  readonly element: HTMLSelectElement;
  readonly #all: string | undefined;
  /** The services that sent something. Undefined until that is known. */
  #sent: readonly string[] | undefined;
  #drawn = '';

  constructor({ id, all }: ServiceChoiceOptions) {
    this.element = h('select', { id });
    this.#all = all;
    this.choose('');
  }

  /** The name of the chosen service. Empty for all. */
  get value(): string {
    return this.element.value;
  }

  choose(service: string): void {
    this.#draw(service);
  }

  /** Offers these services. @param sent those that sent something, sorted */
  offer(sent: readonly string[]): void {
    this.#sent = sent;
    this.#draw(this.value);
  }

  #draw(chosen: string): void {
    const options = optionsOf(chosen, this.#sent, this.#all);
    const text = JSON.stringify(options);
    // An open list would close.
    if (text !== this.#drawn) fill(this.element, ...options.map(([value, label]) => h('option', { value }, label)));
    this.#drawn = text;
    this.element.value = chosen;
  }
}

type Option = readonly [value: string, label: string];

/** Returns the options of a choice: all, those that sent something, and the chosen one. */
export function optionsOf(chosen: string, sent: readonly string[] = [chosen], all?: string): Option[] {
  const missing = chosen !== '' && !sent.includes(chosen);
  return [
    ...(all === undefined ? [] : [['', all] as const]),
    ...(missing ? [[chosen, `${chosen} (sent nothing)`] as const] : []),
    ...sent.filter((name) => name !== '').map((name) => [name, name] as const),
  ];
}
