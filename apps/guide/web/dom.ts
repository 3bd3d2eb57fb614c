// Helpers that build the parts of a page that change. The server renders all other parts.

export type Child = Node | string | number | undefined | false | Child[];
type Listener = (event: Event) => void;
export type AttributeMap = Record<string, string | number | boolean | undefined | Listener>;

/**
 * Creates an HTML element with attributes and children. Among the attributes, a function is an event handler such as
 * `onclick`. The value true sets an attribute without a value. The values false and undefined set no attribute.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: AttributeMap = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(name), attributes, children);
}

export function svg<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: AttributeMap = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}

function filled<E extends Element>(element: E, attributes: AttributeMap, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...nodes(children));
  return element;
}

function nodes(children: Child[]): (Node | string)[] {
  return children.flatMap((child) => {
    if (child === undefined || child === false) return [];
    if (Array.isArray(child)) return nodes(child);
    return [typeof child === 'number' ? String(child) : child];
  });
}

export function fill(element: Element, ...children: Child[]): void {
  element.replaceChildren(...nodes(children));
}

/** Returns the element with this id. The server's HTML must contain it. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`expected #${id} on this page, found none`);
  return found as T;
}

/**
 * Creates a button that ignores presses while its action is running. The button stays enabled meanwhile, because a
 * disabled button loses the focus.
 */
export function button(label: Child, work: () => unknown, attributes: AttributeMap = {}): HTMLButtonElement {
  const element = h('button', { type: 'button', ...attributes }, label);
  whenPressed(element, work);
  return element;
}

export function whenPressed(element: HTMLButtonElement, work: () => unknown): void {
  element.addEventListener('click', () => void press(element, work));
}

async function press(element: HTMLButtonElement, work: () => unknown): Promise<void> {
  if (element.getAttribute('aria-disabled') === 'true') return;
  element.setAttribute('aria-disabled', 'true');
  try {
    await work();
  } finally {
    element.removeAttribute('aria-disabled');
  }
}
