// The search "Is your framework instrumented?" on the front page. It searches the instrumentation libraries in the
// image of dice.
import { get, messageOf } from '../api.ts';
import { button, fill, h } from '../dom.ts';

interface Library {
  name: string;
  version: string;
  description: string;
  for: string;
}

/**
 * Builds the search field and the list of results.
 * @param pick is called with the name of the library that the learner chooses
 */
export function librarySearch(pick: (name: string) => void): HTMLElement {
  const results = h('ul', { 'aria-label': 'Libraries found' });
  const count = h('p', { class: 'soft', role: 'status' });
  const input = h('input', { id: 'library', type: 'search', autocomplete: 'off', spellcheck: 'false' });
  let latest = 0;

  const look = async (): Promise<void> => {
    const turn = ++latest;
    try {
      const { instrumentations } = await get<{ instrumentations: Library[] }>(
        `api/instrumentations?q=${encodeURIComponent(input.value)}`,
      );
      if (turn !== latest) return;
      count.textContent = `${instrumentations.length} of the installed libraries`;
      fill(
        results,
        instrumentations.map((library) => item(library, pick)),
      );
    } catch (error) {
      count.textContent = messageOf(error);
    }
  };
  input.addEventListener('input', () => void look());
  void look();
  return h(
    'div',
    { class: 'search', role: 'search' },
    h('label', { for: 'library' }, 'Search the installed libraries'),
    input,
    count,
    results,
  );
}

function item({ name, version, description, for: target }: Library, pick: (name: string) => void): HTMLElement {
  return h(
    'li',
    {},
    h('strong', {}, name),
    h('span', { class: 'soft' }, ` ${version}, for ${target}: `),
    description,
    ' ',
    button('Pick', () => pick(name), { class: 'quiet', 'aria-label': `Pick ${name}` }),
  );
}
